"""A shift sets several keys of the map one by one: every request must follow either the old or the new split."""

import math
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

import pytest

from rollout.router.folder import CONFIG
from rollout.router.split import BUCKETS, Slot, Split, bucket, everybody_on
from tests.rollout.router.client import ask_all, of
from tests.rollout.router.load import Answered, Load
from tests.rollout.router.running import SALT, RunningRouter, users_in

pytestmark = pytest.mark.parts

USERS = [*islice(users_in(0, 0.05), 5), *islice(users_in(0.05, 0.25), 5), *islice(users_in(0.25, 1), 5)]
ROUNDS = 20

# The engine's changes, as old and new split: the first step, the next one, back, promoted, and back after promotion.
LATER = 2_000_000_000_000
STEPS = [Split("blue", "green", weight, LATER, SALT) for weight in (500, 2500, 10_000)]
REST, PROMOTED = everybody_on("blue"), everybody_on("green")
CHANGES = [
    (REST, STEPS[0]),
    *pairwise(STEPS),
    *((step, REST) for step in STEPS),
    (STEPS[2], PROMOTED),
    (PROMOTED, REST),
]


@dataclass(frozen=True)
class Period:
    """The time in which a split may have been in effect: from the start of its shift to the end of the next one."""

    split: Split
    began: float
    ended: float


def rounds(router: RunningRouter) -> Iterator[Split]:
    """The splits of rollouts: rolled back from a step, or promoted and then rolled back."""
    chance = random.Random(8)  # noqa: S311  keeps no secret
    for _ in range(ROUNDS):
        for weight in (0.05, 0.25, 1.0)[: chance.randint(1, 3)]:
            yield router.shift(weight)
        for at_rest in (PROMOTED, REST) if weight == 1.0 else (REST,):
            router.control.shift(at_rest)
            yield at_rest


def periods(router: RunningRouter, load: Load) -> list[Period]:
    """Apply all changes; the router serves a few requests in between."""
    shifts = [(REST, -math.inf, -math.inf)]  # the router's first split
    began = time.monotonic()
    for split in rounds(router):
        shifts.append((split, began, time.monotonic()))
        load.wait_for_more(10)
        began = time.monotonic()
    ends = [confirmed for _, _, confirmed in shifts[1:]] + [math.inf]
    return [Period(split, began, ended) for (split, began, _), ended in zip(shifts, ends, strict=True)]


def meant(split: Split, user: str) -> Slot:
    """The slot of a user under a split."""
    return split.canary if bucket(SALT, user) < split.weight else split.stable


def misrouted(answered: Sequence[Answered], all_periods: Sequence[Period]) -> Iterator[tuple[Answered, set[Slot]]]:
    for one in answered:
        possible = [each for each in all_periods if each.began <= one.answered_at and one.sent_at <= each.ended]
        slots = {meant(each.split, one.user) for each in possible}
        if one.release not in slots:
            yield one, slots


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_between_two_writes_of_a_shift_users_follow_the_old_or_the_new_split(
    router: RunningRouter, old: Split, new: Split
) -> None:
    soon_ms = round((time.time() + 30) * 1000)
    old, new = (replace(split, until_ms=min(split.until_ms, soon_ms)) for split in (old, new))
    router.control.shift(old)
    for key, value in new.entries().items():
        router.set(key, value)
        sides = [answer.release for answer in ask_all(router.port, map(of, USERS))]
        strays = [
            user for user, side in zip(USERS, sides, strict=True) if side not in (meant(old, user), meant(new, user))
        ]
        assert strays == [], f"after {key}"
    assert sides == [meant(new, user) for user in USERS]


def test_the_router_reads_the_split_in_the_opposite_order_of_the_writes() -> None:
    """So a request between two writes sees a consistent split: a later key is new only if all earlier ones are."""
    of_users = CONFIG.read_text(encoding="utf-8").partition("\nfrontend agent\n")[2].partition("\nbackend ")[0]
    read = re.findall(r"str\((\w+)\),map_str\(.+/split\.map", of_users)
    assert read == list(reversed(REST.entries()))


def test_every_request_follows_the_old_or_the_new_split_and_none_is_lost(router: RunningRouter) -> None:
    with Load(router.port, USERS) as load:
        load.wait_for_more(10)
        all_periods = periods(router, load)
    assert list(misrouted(load.answered, all_periods)) == []
    assert load.lost == []
    assert BUCKETS in {period.split.weight for period in all_periods}
