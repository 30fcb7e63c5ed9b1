from dataclasses import replace

import pytest

from rollout.engine.traffic import Traffic
from rollout.gates.decide import GoBack
from rollout.router.split import everybody_on
from tests.rollout.fakes import PLAN, SPEC, UP, FakeClock, FakeRouter

LEASE_SECONDS, BEAT_SECONDS = PLAN.lease_seconds, PLAN.beat_seconds


class Scene:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.router = FakeRouter(self.clock)
        self.traffic = Traffic(SPEC, PLAN, self.router, self.clock)

    def silence(self, seconds: float) -> None:
        """The router is silent from now on, for this many seconds."""
        self.router.silent = True
        self.clock.at(self.clock.passed + seconds, self.answer)

    def answer(self) -> None:
        self.router.silent = False


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_shift_gives_the_canary_its_weight_on_a_lease_salted_with_the_rollout(scene: Scene) -> None:
    scene.traffic.shift(0.25)
    split = scene.router.split
    assert (split.stable, split.canary, split.weight, split.salt) == ("blue", "green", 2500, SPEC.rollout)
    assert split.until_ms == round((scene.clock.time() + LEASE_SECONDS) * 1000)


def test_a_renewal_changes_the_lease_and_nothing_else(scene: Scene) -> None:
    scene.traffic.shift(0.05)
    before = scene.router.split
    scene.clock.sleep(1)
    assert scene.traffic.renew()
    assert scene.router.split == replace(before, until_ms=before.until_ms + 1000)


def test_a_shift_that_the_router_does_not_confirm_is_repeated_until_it_does(scene: Scene) -> None:
    scene.router.fails_next = 3
    scene.traffic.shift(0.05)
    assert scene.router.split.weight == 500
    assert scene.clock.passed == 3 * BEAT_SECONDS


def test_one_failed_renewal_does_not_go_back(scene: Scene) -> None:
    scene.traffic.shift(0.05)
    scene.router.fails_next = 1
    assert not scene.traffic.renew()
    assert scene.traffic.renew()


def test_a_router_that_is_silent_for_longer_than_the_lease_puts_the_rollout_in_doubt(scene: Scene) -> None:
    scene.silence(60)
    with pytest.raises(GoBack, match=r"the router has not answered for 4\.5 s: the router is silent") as back:
        scene.traffic.shift(0.05)
    assert back.value.verdict == "in_doubt"


def test_every_answer_of_the_router_restarts_its_timeout(scene: Scene) -> None:
    for _ in range(5):
        scene.silence(LEASE_SECONDS - 1)
        scene.traffic.shift(0.05)
    assert scene.clock.passed > 2 * LEASE_SECONDS


def test_a_refresh_updates_both_slots(scene: Scene) -> None:
    scene.router.unvisited = {"blue", "green"}
    scene.traffic.refresh_health()
    scene.router.sides = {"blue": replace(UP, requests=95), "green": replace(UP, requests=5)}
    scene.traffic.refresh_health()
    assert (scene.traffic.stable.requests, scene.traffic.canary.requests) == (95, 5)


def test_on_the_way_back_a_silent_router_raises_nothing(scene: Scene) -> None:
    scene.silence(60)
    scene.clock.sleep(LEASE_SECONDS + 1)
    scene.traffic.refresh_health_if_possible()
    with pytest.raises(GoBack):
        scene.traffic.refresh_health()


def test_promote_makes_the_canarys_slot_stable_without_a_lease(scene: Scene) -> None:
    scene.traffic.shift(1.0)
    scene.router.fails_next = 2
    scene.traffic.promote()
    assert scene.router.split == everybody_on("green")
    assert (scene.traffic.weight, scene.traffic.leased) == (1, False)


def test_restore_puts_everybody_on_stable(scene: Scene) -> None:
    scene.traffic.shift(0.25)
    assert scene.traffic.restore() is None
    assert scene.router.split == everybody_on("blue")
    assert scene.traffic.weight == 0


def test_restore_is_retried_for_the_length_of_a_lease(scene: Scene) -> None:
    scene.traffic.shift(0.25)
    scene.silence(LEASE_SECONDS - BEAT_SECONDS)
    assert scene.traffic.restore() is None
    assert scene.router.split == everybody_on("blue")


def test_if_the_router_does_not_answer_restore_returns_the_error(scene: Scene) -> None:
    scene.traffic.shift(0.25)
    scene.silence(60)
    assert scene.traffic.restore() == "the router is silent"
    assert scene.router.split.until_ms <= scene.clock.time() * 1000
