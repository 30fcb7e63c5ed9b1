"""A release is not blamed for problems that stable has too."""

from dataclasses import replace
from typing import Any

import pytest

from rollout.journal import Story
from rollout.rehearsal.busy import Stable, too_busy
from tests.rollout.lines import story

CALM = Stable(
    slow_before_seconds=0.02,
    slow_after_seconds=0.03,
    sent_after=200,
    answers_after=200,
    held_up_seconds=0.1,
    missed_scrapes_ratio=0.01,
)
BURDENED = replace(CALM, slow_after_seconds=2.1)
HELD_UP = replace(CALM, held_up_seconds=1.4)


def rolled_back(gate: str | None = "latency_p99", unit: str = "seconds", **measured: Any) -> Story:
    line = {"gate": gate, "outcome": "fail", "value": 3.7, "limit": 3.0, "unit": unit, "stable": 0.02, **measured}
    measurement = {"time": 1, "event": "measured", "step": 1, "weight": 0.05, "gates": [line] if gate else []}
    return story([measurement, {"time": 2, "event": "verdict", "verdict": "rolled_back", "gate": gate}])


@pytest.mark.parametrize("story", [rolled_back(), rolled_back(None), rolled_back("errors", "ratio")])
def test_on_a_machine_that_is_not_busy_the_release_is_to_blame(story: Story) -> None:
    assert too_busy(story, CALM) is None


def test_if_stable_exceeds_the_same_limit_the_machine_is_too_busy() -> None:
    assert too_busy(rolled_back(stable=3.2), CALM) == (
        "stable fails the gate latency_p99 too (3.2 s); if this machine is idle, the limit is too strict"
    )


def test_a_fail_below_limit_is_exceeded_from_below() -> None:
    assert too_busy(rolled_back(value=0.5, limit=0.9, stable=0.6), CALM) is not None
    assert too_busy(rolled_back(value=0.5, limit=0.9, stable=0.95), CALM) is None


@pytest.mark.parametrize("gate", ["latency_p99", None, "errors"])
def test_if_stable_is_too_slow_for_the_load_the_machine_is_too_busy(gate: str | None) -> None:
    assert too_busy(rolled_back(gate), BURDENED) == (
        "with all the load, stable takes 2.1 s to answer; before the rollout it took 0.02 s"
    )


def test_a_few_answers_of_stable_are_no_evidence() -> None:
    assert too_busy(rolled_back(), replace(BURDENED, sent_after=6, answers_after=5)) is None


def test_a_stable_that_leaves_most_requests_unanswered_is_too_busy() -> None:
    assert too_busy(rolled_back(None), replace(CALM, answers_after=3)) == (
        "with all the load, stable answered 3 of 200 requests"
    )


@pytest.mark.parametrize(("gate", "unit"), [("latency_p99", "seconds"), ("new_alerts", "count"), (None, "")])
def test_a_rehearsal_that_was_delayed_does_not_judge_times(gate: str | None, unit: str) -> None:
    assert too_busy(rolled_back(gate, unit), HELD_UP) == "the rehearsal could not send its load for 1.4 s"


def test_a_rehearsal_that_was_delayed_does_not_judge_shares_of_slow_requests() -> None:
    assert too_busy(rolled_back("latency_p99", "ratio", shown=3.2), HELD_UP) is not None


def test_if_scrapes_of_stable_failed_alerts_do_not_count_against_the_release() -> None:
    missed = replace(CALM, missed_scrapes_ratio=0.4)
    assert too_busy(rolled_back("new_alerts", "count"), missed) == "40 % of stable's scrapes failed too"
    assert too_busy(rolled_back("errors", "ratio"), missed) is None


@pytest.mark.parametrize("gate", ["errors", "new_exceptions"])
def test_late_errors_are_still_errors(gate: str) -> None:
    assert too_busy(rolled_back(gate, "ratio"), HELD_UP) is None


@pytest.mark.parametrize(
    "story",
    [
        story([]),
        story([{"time": 1, "event": "verdict", "verdict": "promoted"}]),
        story(
            [{"time": 1, "event": "order", "order": "abort"}, {"time": 2, "event": "verdict", "verdict": "rolled_back"}]
        ),
    ],
    ids=["no verdict", "promoted", "aborted"],
)
def test_without_a_verdict_against_the_release_the_machine_is_not_checked(story: Story) -> None:
    assert too_busy(story, BURDENED) is None
