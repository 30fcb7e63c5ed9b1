"""The lease: whatever is dead or wrong, everybody ends on stable."""

import time
from itertools import islice
from pathlib import Path

import pytest

from rollout.router.split import bucket
from tests.rollout.router.backend import Backend
from tests.rollout.router.client import ask, ask_all, of
from tests.rollout.router.running import LEASE_MOST_SECONDS, SALT, RunningRouter, users_in
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

USERS = list(islice(users_in(0, 0.05), 5))


def sides(router: RunningRouter) -> set[str | None]:
    return {answer.release for answer in ask_all(router.port, map(of, USERS))}


def test_everybody_is_on_stable_from_the_exact_millisecond_at_which_the_lease_expires(router: RunningRouter) -> None:
    split = router.shift(1, lease_seconds=0.5)
    wait_until(lambda: sides(router) == {"blue"})
    lines = router.lines(1)
    assert {line["slot"] for line in lines if line["routed_us"] // 1000 < split.until_ms} == {"green"}
    assert {line["slot"] for line in lines if line["routed_us"] // 1000 >= split.until_ms} == {"blue"}


def test_a_renewed_lease_goes_on(router: RunningRouter) -> None:
    until = time.monotonic() + 3
    while time.monotonic() < until:
        router.shift(0.05, lease_seconds=2)
        assert sides(router) == {"green"}


def test_a_lease_too_far_in_the_future_is_rejected(router: RunningRouter) -> None:
    """For example because the engine's clock jumped ahead, or the router's jumped back."""
    router.shift(1, lease_seconds=LEASE_MOST_SECONDS - 5)
    assert sides(router) == {"green"}
    router.shift(1, lease_seconds=LEASE_MOST_SECONDS + 5)
    assert sides(router) == {"blue"}


GOOD = {"stable": "blue", "weight": "10000", "canary": "green", "salt": SALT, "until_ms": "SOON"}


@pytest.mark.parametrize("stable", ["blue", "green"])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("weight", None),
        ("weight", "many"),
        ("weight", "-1"),
        ("weight", "0x10000"),
        ("until_ms", None),
        ("until_ms", "tomorrow"),
        ("until_ms", "-1"),
        ("until_ms", "9" * 13),
        ("until_ms", "9" * 30),
    ],
)
def test_a_map_with_a_missing_or_invalid_key_means_stable(
    tmp_path: Path, blue: Backend, green: Backend, stable: str, key: str, value: str | None
) -> None:
    soon = str(round((time.time() + 20) * 1000))
    entries = {**GOOD, "until_ms": soon, "stable": stable, "canary": "green" if stable == "blue" else "blue"}
    entries = {**entries, key: value} if value else {name: text for name, text in entries.items() if name != key}
    with RunningRouter(tmp_path, blue, green, "".join(f"{name} {text}\n" for name, text in entries.items())) as router:
        assert sides(router) == {stable}


def test_an_empty_map_means_blue(tmp_path: Path, blue: Backend, green: Backend) -> None:
    with RunningRouter(tmp_path, blue, green, split_map="") as router:
        assert sides(router) == {"blue"}


def test_a_map_without_a_salt_still_splits(tmp_path: Path, blue: Backend, green: Backend) -> None:
    soon = round((time.time() + 20) * 1000)
    with RunningRouter(tmp_path, blue, green, f"stable blue\ncanary green\nweight 5000\nuntil_ms {soon}\n") as router:
        users = [f"user-{number}" for number in range(50)]
        found = [ask(router.port, of(user)).release for user in users]
        assert found == ["green" if bucket("none", user) < 5000 else "blue" for user in users]
