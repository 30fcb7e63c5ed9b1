"""What a rollout did, as a reader of the report is told."""

from rollout.replay.told import Told, told
from tests.rollout.lines import entries
from tests.rollout.report import examples
from tests.rollout.report.journals import Journal


def of(journal: Journal) -> Told:
    return told(entries(journal))


def test_a_release_that_was_taken_back_is_told_step_by_step() -> None:
    result = of(examples.rolled_back_at_5_percent())
    said = [text for _, text in result.steps]
    assert [each.split(":")[0] for each in said[:2]] == ["step 1 of 3", "ROLLED BACK at 5 %, step 1"]
    assert said[2].startswith("all traffic is on")
    assert result.summary == "taken back at 5 % by the gate errors: errors: 21.3 % is above 5 %"
    assert [value for _, value in result.shares] == [0.0, 0.05, 0.0]
    assert result.promoted_at is None


def test_a_promoted_release_that_nothing_took_back() -> None:
    result = of(examples.promoted())
    assert result.summary == "promoted; no rollback condition was met"
    assert result.against is None
    assert result.promoted_at is not None
    assert result.shares[-1][1] == 1.0


def test_a_step_that_is_extended_is_told_once() -> None:
    journal = Journal().write("ready", 1.8, seconds=1.8).shift(1, 0.05)
    for why in ("few", "few", "fewer"):
        journal.write("extended", 1.0, step=1, why=why)
    journal.shift(2, 0.25).write("extended", 1.0, step=2, why="few")
    said = [text for _, text in of(journal).steps]
    assert [each for each in said if "extended" in each] == ["step 1 extended: few", "step 2 extended: few"]


def test_a_release_can_be_taken_back_after_its_promotion() -> None:
    result = of(examples.rolled_back_after_promotion())
    assert result.summary == "promoted, and taken back by the gate p99: p99: 84.2 s is above 60 s"


def test_a_release_that_was_not_judged_is_said_to_be_in_doubt() -> None:
    assert "in doubt" in of(examples.in_doubt()).summary


def test_without_a_gate_it_was_the_routers_health_check() -> None:
    assert of(examples.never_ready()).by == "the router's health check"


def test_a_rollout_that_goes_on_is_not_decided() -> None:
    assert of(Journal().write("ready", 1.8, seconds=1.8).shift(1, 0.05)).summary.startswith("not decided")
