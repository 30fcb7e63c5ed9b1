"""A release is not started in a slot that the router still calls healthy."""

import pytest

from rollout.errors import HostFailed
from rollout.onhost.emptying import EMPTY_WITHIN_SECONDS, wait_until_empty
from rollout.router.haproxy import ServerStats


class Checks:
    """A router whose health check of a slot fails from the n-th look on."""

    def __init__(self, passed: float) -> None:
        self._passed, self.looks, self.slept_seconds = passed, 0, 0.0

    def health(self, _slot: str) -> ServerStats:
        self.looks += 1
        return ServerStats(up=self.looks <= self._passed, downs=0, requests=0, running=0, check="L4TOUT")

    def sleep(self, seconds: float) -> None:
        self.slept_seconds += seconds


def test_it_waits_until_the_router_has_seen_that_the_release_is_gone() -> None:
    checks = Checks(passed=3)
    wait_until_empty("green", checks.health, checks.sleep)
    assert checks.looks == 4


def test_an_address_that_goes_on_to_answer_is_an_error_that_names_the_slot() -> None:
    checks = Checks(passed=float("inf"))
    with pytest.raises(HostFailed, match="the slot green is empty, but something answers at its address"):
        wait_until_empty("green", checks.health, checks.sleep)
    assert checks.slept_seconds == pytest.approx(EMPTY_WITHIN_SECONDS)
