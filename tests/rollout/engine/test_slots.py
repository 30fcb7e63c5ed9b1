from dataclasses import replace

from rollout.engine.slots import SlotHistory
from tests.rollout.fakes import DOWN, UP


def seen(*requests: int) -> SlotHistory:
    side = SlotHistory()
    for count in requests:
        side.update(replace(UP, requests=count))
    return side


def test_a_slot_without_data_has_no_requests_and_no_trouble() -> None:
    assert SlotHistory().requests == 0
    assert SlotHistory().trouble() is None


def test_requests_from_before_the_rollout_do_not_count() -> None:
    assert seen(5000).requests == 0
    assert seen(5000, 5010, 5025).requests == 25


def test_requests_are_added_up_across_a_restart_of_the_router() -> None:
    assert seen(5000, 5010, 3).requests == 13
    assert seen(5000, 5010, 3, 7, 0, 1).requests == 10 + 7 + 1


def test_a_slot_that_is_down_is_trouble_with_the_health_checks_result() -> None:
    side = SlotHistory()
    side.update(DOWN)
    assert side.trouble() == "the canary is down: its health check says L4CON connection refused"


def test_a_slot_that_was_down_before_it_was_watched_is_no_trouble() -> None:
    side = SlotHistory()
    side.update(DOWN)
    side.update(replace(UP, downs=1))
    side.watch_from_now()
    assert side.trouble() is None


def test_a_slot_that_went_down_and_up_between_two_updates_is_trouble() -> None:
    side = SlotHistory()
    side.update(replace(UP, downs=1))
    side.watch_from_now()
    side.update(replace(UP, downs=2))
    assert side.trouble() == "the canary went down and came back up"


def test_a_restarted_router_that_counts_from_0_is_no_trouble() -> None:
    side = SlotHistory()
    side.update(replace(UP, downs=3))
    side.watch_from_now()
    side.update(UP)
    assert side.trouble() is None


def test_a_slot_that_goes_down_after_the_routers_restart_is_trouble() -> None:
    side = SlotHistory()
    side.update(replace(UP, downs=3))
    side.watch_from_now()
    side.update(UP)
    side.update(replace(UP, downs=1))
    assert side.trouble() is not None
