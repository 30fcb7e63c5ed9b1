"""A measurement of Argo -> one of five outcomes."""

from dataclasses import replace

import pytest

from rollout.journal.events import Measured
from rollout.journal.written import WrittenGate, WrittenWeighed
from rollout.kubernetes.seen import course
from rollout.kubernetes.seen.measured import chosen, looks, reading
from rollout.kubernetes.seen.run import Measurement, Metric, Run, value_in
from tests.rollout.kubernetes.objects import newest, service

SHARE = WrittenGate(name="errors", query="q", limit=0.05, unit="ratio", weighed=WrittenWeighed(certainty=3.8))
VALUE = WrittenGate(name="restarts", query="q", limit=0, unit="count")


def at(phase: str, value: float | None, message: str = "") -> Measurement:
    return Measurement(phase, 5.0, value, message)


@pytest.mark.parametrize(
    ("gate", "found", "passed", "outcome", "detail"),
    [
        (SHARE, at("Failed", 4.4), False, "fail", "above 5 %, with evidence of 4.4 standard deviations; 3.8 fails"),
        (SHARE, at("Successful", 1.5), False, "inconclusive", "evidence of 1.5 standard deviations; 3.8 fails"),
        (SHARE, at("Successful", -3.0), True, "pass", "evidence of 0 standard deviations; 3.8 fails"),
        (SHARE, at("Successful", None), False, "inconclusive", "no evidence against the release"),
        (SHARE, at("Error", None, "no answer"), True, "error", "no answer"),
        (VALUE, at("Failed", 2.0), False, "fail", "2, above 0"),
        (VALUE, at("Successful", 0.0), True, "pass", "0"),
        (VALUE, at("Successful", None), True, "no data", "no data"),
    ],
)
def test_the_background_fails_a_gate_and_a_step_passes_it(
    gate: WrittenGate, found: Measurement, passed: bool, outcome: str, detail: str
) -> None:
    said = reading(gate, found, passed=passed)
    assert (said.outcome, said.detail) == (outcome, detail)


@pytest.mark.parametrize(
    ("text", "value"),
    [("[0.213]", 0.213), *((each, None) for each in ("[]", "[NaN]", "[-Inf]", "[+Inf]", "[1,2]", "", "null"))],
)
def test_only_one_finite_value_is_a_value(text: str, value: float | None) -> None:
    assert value_in(text) == value


def test_without_the_errors_of_the_models_api_counts_after_the_promotion_alone() -> None:
    both = {"errors": at("Successful", 1.0), "errors_without_vendor": at("Successful", 2.0)}
    assert chosen(both, keep=False) == {"errors": both["errors"]}
    assert chosen(both, keep=True) == {"errors": both["errors_without_vendor"]}


def test_a_measurement_that_may_not_be_complete_is_left_for_the_next_look() -> None:
    found = service("second_step")
    (background,) = newest(found).background
    newest_time = max(each.measurements[-1].finished for each in background.metrics.values())
    told = [each.time for each in course(found, newest(found)) if isinstance(each, Measured)]
    assert told
    assert max(told) < newest_time


def test_a_gate_that_was_measured_a_moment_before_the_others_is_among_them() -> None:
    def metric(name: str, *times: float) -> Metric:
        return Metric(name, "Running", "", tuple(replace(at("Successful", 0.0), finished=each) for each in times), 1, 1)

    metrics = {"early": metric("early", 101.0, 104.9, 110.0), "late": metric("late", 101.0, 105.0, 110.0)}
    run = Run("hash", None, 100.0, None, "Running", "", ("early", "late"), metrics, "stable")
    assert [(each.time, len(each.gates)) for each in looks(run, 5.0)] == [(104.9, 2), (105.0, 2)]
