from dataclasses import replace

import pytest

from rollout.gates.decide import Decision, GoBack, decide, decide_kept
from rollout.gates.judge import Measurement, Outcome
from tests.rollout.fakes import PLAN

STEP = PLAN.steps[0]
"""20 s of hold; the plan settles after 4 s, decides within 40 s and tolerates 2 errors in a row."""


def gate(outcome: Outcome, name: str = "errors") -> Measurement:
    return Measurement(name, outcome, None, None, f"it is {outcome}")


PASS, FAIL = gate(Outcome.PASS, "alerts"), gate(Outcome.FAIL)
NO_DATA, ERROR, INCONCLUSIVE = gate(Outcome.NO_DATA), gate(Outcome.ERROR), gate(Outcome.INCONCLUSIVE)
STAY, ADVANCE = Decision("stay"), Decision("advance")


@pytest.mark.parametrize("elapsed_seconds", [0, 1, 19, 20, 39, 40, 1000])
def test_a_failure_ends_the_rollout_at_any_time(elapsed_seconds: float) -> None:
    decision = decide(PLAN, STEP, elapsed_seconds, [PASS, FAIL, INCONCLUSIVE], errors=0, requests=9)
    assert decision == Decision("back", "errors: it is fail", "errors", in_doubt=False)


def test_a_failed_gate_counts_more_than_missing_answers() -> None:
    assert decide(PLAN, STEP, 5, [ERROR, gate(Outcome.FAIL, "alerts")], errors=99, requests=9).gate == "alerts"


@pytest.mark.parametrize("other", [PASS, NO_DATA, ERROR, INCONCLUSIVE])
def test_a_step_holds_for_its_whole_time_unless_a_gate_fails(other: Measurement) -> None:
    assert decide(PLAN, STEP, 19.9, [PASS, other], errors=0, requests=9) == STAY


def test_a_step_passes_when_its_time_is_over_and_every_gate_passes() -> None:
    assert decide(PLAN, STEP, 20, [PASS, PASS], errors=0, requests=9) == ADVANCE


@pytest.mark.parametrize("other", [NO_DATA, ERROR, INCONCLUSIVE])
def test_only_passes_pass_a_step(other: Measurement) -> None:
    decision = decide(PLAN, STEP, 20, [PASS, other], errors=0, requests=9)
    assert decision == Decision("extend", f"errors: it is {other.outcome}", "errors")


@pytest.mark.parametrize("other", [NO_DATA, ERROR, INCONCLUSIVE])
def test_a_step_that_is_undecided_at_its_deadline_goes_back_in_doubt(other: Measurement) -> None:
    assert decide(PLAN, STEP, 39.9, [other, PASS], errors=0, requests=9).move == "extend"
    decision = decide(PLAN, STEP, 40, [other, PASS], errors=0, requests=9)
    assert decision == Decision(
        "back", f"undecided at the deadline: errors: it is {other.outcome}", "errors", in_doubt=True
    )


def test_a_step_that_is_late_may_still_pass_at_its_deadline() -> None:
    assert decide(PLAN, STEP, 40, [PASS], errors=0, requests=9) == ADVANCE


def test_a_step_whose_canary_gets_no_requests_never_passes() -> None:
    decision = decide(PLAN, STEP, 20, [PASS], errors=0, requests=0)
    assert decision == Decision("extend", "at 5 %, the canary gets no requests")
    decision = decide(PLAN, STEP, 40, [PASS, NO_DATA], errors=0, requests=0)
    reason = "undecided at the deadline: at 5 %, the canary gets no requests; errors: it is no data"
    assert (decision.reason, decision.in_doubt) == (reason, True)


def test_a_short_step_does_not_pass_on_the_previous_steps_window() -> None:
    short = replace(STEP, hold_seconds=1)
    decision = decide(PLAN, short, 3.9, [PASS], errors=0, requests=9)
    assert decision == Decision("extend", "the window still contains requests from the previous weight")
    assert decide(PLAN, short, 4, [PASS], errors=0, requests=9) == ADVANCE


def test_a_deadline_before_the_window_is_full_waits_for_the_window() -> None:
    hasty = replace(PLAN, decide_within_seconds=1)
    assert decide(hasty, replace(STEP, hold_seconds=1), 3.9, [INCONCLUSIVE], errors=0, requests=9).move == "extend"
    assert decide(hasty, replace(STEP, hold_seconds=1), 4, [INCONCLUSIVE], errors=0, requests=9).in_doubt


def test_too_many_errors_in_a_row_go_back_in_doubt_at_once() -> None:
    assert decide(PLAN, STEP, 5, [PASS, ERROR], errors=2, requests=9) == STAY
    decision = decide(PLAN, STEP, 5, [PASS, ERROR], errors=3, requests=9)
    assert decision == Decision("back", "errors had no answer 3 times in a row: it is error", "errors", in_doubt=True)


@pytest.mark.parametrize("other", [PASS, NO_DATA, ERROR, INCONCLUSIVE])
def test_after_the_promotion_only_a_failed_gate_goes_back(other: Measurement) -> None:
    assert decide_kept([other, other]) == STAY
    assert decide_kept([other, FAIL]) == Decision("back", "errors: it is fail", "errors")


def test_every_gate_that_has_not_passed_is_named() -> None:
    decision = decide(PLAN, STEP, 20, [INCONCLUSIVE, PASS, gate(Outcome.NO_DATA, "p99")], errors=0, requests=9)
    assert decision.reason == "errors: it is inconclusive; p99: it is no data"


@pytest.mark.parametrize(("in_doubt", "verdict"), [(False, "rolled_back"), (True, "in_doubt")])
def test_the_verdict_of_a_rollback_is_rolled_back_or_in_doubt(in_doubt: bool, verdict: str) -> None:
    assert GoBack("why", in_doubt=in_doubt).verdict == verdict
