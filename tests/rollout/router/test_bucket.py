"""Which users get the canary."""

import random
from collections import Counter
from itertools import islice

import pytest

from rollout.router.split import bucket
from tests.rollout.router.client import ask, ask_all, of, request
from tests.rollout.router.running import SALT, RunningRouter, users_in

pytestmark = pytest.mark.parts

# The router itself answers this path, and logs the bucket as for any other, so no backend slows these tests.
QUICK = "/metrics"
ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@",
    "".join(map(chr, range(0x20, 0x7F))),
    "a \t\"'\\,;:=%{}[]()#$&|<>",
    "äßñçøłžığδжшאבعقहि中文日本語한국🙂🚀\u00a0\u2028\u0301\ufeff",
)


def random_user(chance: random.Random) -> str:
    """A user id that the router accepts: not empty, without white space at its ends, which HTTP strips."""
    length = chance.randrange(1, 3000) if chance.random() < 0.01 else chance.randrange(1, 40)
    return "".join(chance.choices(chance.choice(ALPHABETS), k=length)).strip(" \t") or "x"


def test_router_and_python_put_every_user_in_the_same_bucket(router: RunningRouter) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)  # noqa: S311  keeps no secret
    expected: list[int] = []
    found: list[int] = []
    for salt in (SALT, "none", "s", "a.b-c.d:e"):
        router.shift(0.05, salt=salt)
        users = [random_user(chance) for _ in range(3000)]
        found += [line["bucket"] for line in router.log_of(of(user, QUICK) for user in users)]
        expected += [bucket(salt, user) for user in users]
    assert found == expected


def test_users_spread_evenly_over_the_buckets(router: RunningRouter) -> None:
    router.shift(0.05)
    users = [f"user-{number}" for number in range(10_000)]
    counts = Counter(line["bucket"] // 100 for line in router.log_of(of(user, QUICK) for user in users))
    chi_square = sum((counts[part] - 100) ** 2 / 100 for part in range(100))
    assert 40 < chi_square < 180  # 99 degrees of freedom: the mean is 99, the standard deviation 14


@pytest.mark.parametrize(("weight", "least", "most"), [(0, 0, 0), (0.05, 60, 140), (0.25, 420, 580), (1, 2000, 2000)])
def test_canary_gets_its_weight_of_users_and_of_requests(
    router: RunningRouter, weight: float, least: int, most: int
) -> None:
    """Within 4 standard deviations, for 2,000 users with one request each, and for 2,000 requests of other users."""
    router.shift(weight)
    users = [f"user-{number}" for number in range(2000)]
    requests = random.Random(1).choices([f"guest-{number}" for number in range(9000)], k=2000)  # noqa: S311
    answers = ask_all(router.port, map(of, [*users, *requests]))
    sides = [answer.release for answer in answers]
    assert least <= sides[:2000].count("green") <= most
    assert least <= sides[2000:].count("green") <= most
    assert sides == ["green" if bucket(SALT, user) < weight * 10_000 else "blue" for user in [*users, *requests]]


def test_a_user_stays_on_one_slot(router: RunningRouter) -> None:
    router.shift(0.25)
    users = list(islice(users_in(0, 0.25), 5)) + list(islice(users_in(0.25, 1), 5))
    for _ in range(20):
        router.shift(0.25)
        assert [ask(router.port, of(user)).release for user in users] == ["green"] * 5 + ["blue"] * 5


def test_users_at_5_percent_stay_in_at_25_and_another_rollout_starts_with_others(router: RunningRouter) -> None:
    users = [f"user-{number}" for number in range(4000)]

    def cohort(weight: float, salt: str) -> set[str]:
        router.shift(weight, salt=salt)
        lines = router.log_of(of(user, QUICK) for user in users)
        return {user for user, line in zip(users, lines, strict=True) if line["canary"]}

    at_5, at_25, other_at_5 = cohort(0.05, "one"), cohort(0.25, "one"), cohort(0.05, "two")
    assert at_5 < at_25
    assert len(at_5 & other_at_5) < 0.15 * len(at_5)  # by chance 5 % of 200, plus 4 standard deviations


def test_white_space_around_a_name_is_ignored(router: RunningRouter) -> None:
    router.shift(0.25)
    ask(router.port, request(QUICK, ("x-user-id", "  ann \t")))
    assert router.lines(1)[0]["bucket"] == bucket(SALT, "ann")


def test_with_an_empty_name_the_address_decides(router: RunningRouter) -> None:
    router.shift(0.25)
    ask(router.port, request(QUICK, ("x-user-id", "")))
    assert router.lines(1)[0]["bucket"] == bucket(SALT, "127.0.0.1")


def test_a_name_too_long_for_the_router_is_refused_and_not_truncated(router: RunningRouter) -> None:
    assert ask(router.port, of("x" * 20_000)).status == 400
    ask(router.port, of("x" * 14_000, QUICK))
    assert router.lines(1)[0]["bucket"] == bucket("none", "x" * 14_000)
