"""What the router does with each slot: who is up, who is sent requests, who answered."""

import pytest

from rollout.onhost.routing import Routing, routing, sent_requests
from rollout.router.split import Slot, Split, everybody_on
from tests.rollout.fakes import DOWN, EPOCH, UP, FakeClock, FakeRouter

LEASED = Split(stable="blue", canary="green", weight=500, until_ms=round(EPOCH * 1000) + 1, salt="r").entries()


@pytest.mark.parametrize(
    ("split", "sent"),
    [
        ({}, ["blue"]),
        (everybody_on("green").entries(), ["green"]),
        (LEASED, ["blue", "green"]),
        (LEASED | {"until_ms": str(round(EPOCH * 1000))}, ["blue"]),
        (LEASED | {"weight": "0"}, ["blue"]),
        (LEASED | {"stable": "green", "canary": "blue"}, ["green", "blue"]),
    ],
)
def test_the_canary_is_sent_requests_while_its_lease_lasts(split: dict[str, str], sent: list[Slot]) -> None:
    assert sent_requests(split, EPOCH) == sent


def test_all_of_it_is_asked_at_one_moment() -> None:
    router = FakeRouter(FakeClock())
    router.make("blue", DOWN)
    router.split = everybody_on("blue")
    checks: dict[Slot, str] = {"blue": DOWN.check, "green": UP.check}
    assert routing(router, lambda: EPOCH) == Routing(["green"], ["blue"], "green", checks)
