"""No release is started in a slot that the router still reports as healthy."""

import pytest

from rollout.errors import HostFailed
from rollout.onhost.emptying import EMPTY_WITHIN_SECONDS, wait_until_empty
from rollout.router.haproxy import ServerStats


class Checks:
    """A router whose health check of a slot fails from the n-th query on."""

    def __init__(self, passed: float) -> None:
        self._passed, self.looks, self.slept_seconds = passed, 0, 0.0

    def health(self, _slot: str) -> ServerStats:
        self.looks += 1
        return ServerStats(up=self.looks <= self._passed, downs=0, requests=0, running=0, check="L4TOUT")

    def sleep(self, seconds: float) -> None:
        self.slept_seconds += seconds


def test_it_waits_until_the_router_reports_the_slot_as_down() -> None:
    checks = Checks(passed=3)
    wait_until_empty("green", checks.health, checks.sleep)
    assert checks.looks == 4


def test_an_address_that_still_answers_is_an_error_that_names_the_slot() -> None:
    checks = Checks(passed=float("inf"))
    with pytest.raises(HostFailed, match="the slot green is empty, but something answers at its address"):
        wait_until_empty("green", checks.health, checks.sleep)
    assert checks.slept_seconds == pytest.approx(EMPTY_WITHIN_SECONDS)
