from collections.abc import Mapping
from dataclasses import replace

import pytest

from rollout.errors import ManySeries, MetricsError, NoData, NotFinite, QueryRejected, Unreachable
from rollout.gates.judge import Outcome
from rollout.gates.measure import measure_all
from rollout.metrics.questions import Answer, Question, one_by_one
from rollout.policy.placeholders import Values
from rollout.policy.plan import Gate
from rollout.policy.quantity import Limit
from tests.rollout.fakes import ALERTS, ERRORS, ScriptedMetrics

VALUES = Values("agent@new", "agent@old", window_seconds=120, ago_seconds=0, elapsed_seconds=1)

OUTCOMES = [
    (NoData("no series matches"), Outcome.NO_DATA),
    (NotFinite("the value is infinite"), Outcome.INCONCLUSIVE),
    (ManySeries("2 series where one was expected"), Outcome.ERROR),
    (QueryRejected("parse error"), Outcome.ERROR),
    (Unreachable("it does not answer"), Outcome.ERROR),
]


@pytest.mark.parametrize(("error", "outcome"), OUTCOMES, ids=lambda case: type(case).__name__)
def test_each_kind_of_missing_answer_has_its_own_outcome_and_detail(error: MetricsError, outcome: Outcome) -> None:
    (measured,) = measure_all([ALERTS], VALUES, ScriptedMetrics(alerts=error))
    assert (measured.gate, measured.outcome, measured.value) == ("alerts", outcome, None)
    assert measured.detail == str(error)


@pytest.mark.parametrize(("error", "outcome"), OUTCOMES[1:], ids=lambda case: type(case).__name__)
def test_a_missing_answer_for_the_samples_counts_like_one_for_the_gate(error: MetricsError, outcome: Outcome) -> None:
    (measured,) = measure_all([ERRORS], VALUES, ScriptedMetrics(requests=error, errors=0.0))
    assert (measured.outcome, measured.detail) == (outcome, str(error))


def test_samples_without_a_series_count_as_0() -> None:
    (measured,) = measure_all([ERRORS], VALUES, ScriptedMetrics(requests=NoData("no series matches"), errors=0.0))
    assert (measured.outcome, measured.detail) == (Outcome.INCONCLUSIVE, "0 of 20 samples so far")


def test_a_value_from_enough_samples_is_judged() -> None:
    (measured,) = measure_all([ERRORS], VALUES, ScriptedMetrics(requests=20, errors=0.06))
    assert (measured.outcome, measured.value, measured.samples) == (Outcome.FAIL, 0.06, 20)


def test_with_too_few_samples_the_value_is_not_queried() -> None:
    metrics = ScriptedMetrics(requests=19, errors=NoData("not to be asked"))
    (measured,) = measure_all([ERRORS], VALUES, metrics)
    assert measured.outcome is Outcome.INCONCLUSIVE
    assert metrics.asked == ["requests()"]


def test_once_prometheus_is_unreachable_the_other_gates_are_not_queried() -> None:
    metrics = ScriptedMetrics(requests=Unreachable("it does not answer"))
    measured = measure_all([ERRORS, ALERTS, ALERTS], VALUES, metrics)
    assert metrics.asked == ["requests()"]
    assert [each.outcome for each in measured] == [Outcome.ERROR] * 3
    assert {each.detail for each in measured} == {"it does not answer"}


def test_one_rejected_query_leaves_the_others_alone() -> None:
    measured = measure_all([ERRORS, ALERTS], VALUES, ScriptedMetrics(requests=QueryRejected("parse error"), alerts=0))
    assert [each.outcome for each in measured] == [Outcome.ERROR, Outcome.PASS]


def test_when_time_is_over_the_other_gates_are_not_queried() -> None:
    metrics = ScriptedMetrics(requests=100, errors=0.0, alerts=0)
    measured = measure_all([ERRORS, ALERTS], VALUES, metrics, late=lambda: len(metrics.asked) >= 2)
    assert metrics.asked == ["requests()", "errors()"]
    assert [each.outcome for each in measured] == [Outcome.PASS, Outcome.ERROR]
    assert measured[1].detail == "Prometheus answers too slowly"


def test_each_gate_is_queried_with_its_own_window() -> None:
    class Echo:
        asked: tuple[str, ...] = ()

        def value(self, promql: str, ago_seconds: float = 0.0) -> float:
            assert ago_seconds == 0
            self.asked += (promql,)
            return 0.0

        def values(self, promql: str, by: str, ago_seconds: float = 0.0) -> Mapping[str, float]:
            return {by: self.value(promql, ago_seconds)}

        def several(self, questions: Mapping[str, Question], ago_seconds: float = 0.0) -> Mapping[str, Answer]:
            return one_by_one(questions, self.value, self.values, ago_seconds)

    echo = Echo()
    gate = Gate("g", "q[$window]", "s[$window]", 0, ERRORS.limit, True, 7)
    measure_all([gate], VALUES, echo)
    assert echo.asked == ("s[7000ms]", "q[7000ms]")


BY_NAME = replace(ALERTS, by="alertname")


def test_with_by_the_worst_value_counts_and_is_named() -> None:
    (measured,) = measure_all([BY_NAME], VALUES, ScriptedMetrics(alerts={"": 0.0, "AgentDown": 1.0}))
    assert (measured.outcome, measured.value, measured.detail) == (Outcome.FAIL, 1, "1 is above 0 (AgentDown)")


def test_with_fail_below_the_worst_value_is_the_lowest() -> None:
    gate = replace(BY_NAME, fails_above=False, limit=Limit(2, "count"))
    (measured,) = measure_all([gate], VALUES, ScriptedMetrics(alerts={"a": 1.0, "b": 3.0}))
    assert measured.detail == "1 is below 2 (a)"


def test_no_series_with_by_is_no_data() -> None:
    (measured,) = measure_all([BY_NAME], VALUES, ScriptedMetrics(alerts=NoData("no series matches")))
    assert measured.outcome is Outcome.NO_DATA
