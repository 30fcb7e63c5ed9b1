"""Each measurement shows stable's value too; it is not used for the decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from rollout.errors import MetricsError, NoData, Unreachable
from rollout.gates.judge import Measurement, Outcome
from rollout.gates.measure import with_baselines
from rollout.metrics.questions import Answer, Question, one_by_one
from rollout.policy.placeholders import Values
from rollout.policy.plan import Gate
from tests.rollout.fakes import ALERTS, ERRORS

VALUES = Values(release="new", stable="old", window_seconds=2, ago_seconds=0, elapsed_seconds=60)
BY_RELEASE = replace(ERRORS, query="bad($release, $stable, $ago, $elapsed)")
FAILED = Measurement("errors", Outcome.FAIL, 0.213, 100, "21.3 % is above 5 %")


@dataclass
class Asked:
    """Gives every query the same answer, and records the queries and their times."""

    answer: float | MetricsError = 0.002
    asked: list[tuple[str, float]] = field(default_factory=list)

    def value(self, promql: str, ago_seconds: float = 0.0) -> float:
        self.asked.append((promql, ago_seconds))
        if isinstance(self.answer, MetricsError):
            raise self.answer
        return self.answer

    def values(self, promql: str, by: str, ago_seconds: float = 0.0) -> dict[str, float]:
        return {"a": 0.0, by: self.value(promql, ago_seconds)}

    def several(self, questions: Mapping[str, Question], ago_seconds: float = 0.0) -> Mapping[str, Answer]:
        return one_by_one(questions, self.value, self.values, ago_seconds)


def beside(gate: Gate, measured: Measurement, metrics: Asked, values: Values = VALUES) -> Measurement:
    return with_baselines([gate], [measured], values, metrics)[0]


def test_a_failure_shows_stables_value() -> None:
    shown = beside(BY_RELEASE, FAILED, Asked())
    assert (shown.stable, shown.detail) == (0.002, "21.3 % is above 5 %; stable has 0.2 %")


def test_the_detail_of_a_pass_does_not_change() -> None:
    passed = replace(FAILED, outcome=Outcome.PASS)
    assert beside(BY_RELEASE, passed, Asked()) == replace(passed, stable=0.002)


def test_stable_is_measured_with_the_same_query() -> None:
    metrics = Asked()
    beside(BY_RELEASE, FAILED, metrics)
    assert metrics.asked == [("bad(old, old, 1ms, 60000ms)", 0)]


def test_once_stable_has_no_traffic_its_last_traffic_is_measured() -> None:
    metrics = Asked()
    beside(BY_RELEASE, FAILED, metrics, replace(VALUES, ago_seconds=20))
    assert metrics.asked == [("bad(old, old, 1ms, 40000ms)", 20)]


def test_with_by_the_worst_of_stables_values_is_shown() -> None:
    assert beside(replace(BY_RELEASE, by="type"), FAILED, Asked()).stable == 0.002


@pytest.mark.parametrize("error", [NoData("none"), Unreachable("gone")], ids=["no data", "unreachable"])
def test_a_missing_answer_changes_nothing(error: MetricsError) -> None:
    assert beside(BY_RELEASE, FAILED, Asked(error)) == FAILED


@pytest.mark.parametrize(
    ("gate", "measured", "values"),
    [
        (ALERTS, FAILED, VALUES),
        (BY_RELEASE, replace(FAILED, outcome=Outcome.ERROR), VALUES),
        (BY_RELEASE, FAILED, replace(VALUES, stable="")),
    ],
    ids=["the query names no release", "Prometheus had no answer", "the first release has no stable"],
)
def test_stable_is_not_measured_if_it_can_have_no_value(gate: Gate, measured: Measurement, values: Values) -> None:
    metrics = Asked()
    assert beside(gate, measured, metrics, values) == measured
    assert metrics.asked == []


def test_stable_is_not_measured_if_time_is_short() -> None:
    metrics = Asked()
    assert with_baselines([BY_RELEASE], [FAILED], VALUES, metrics, late=lambda: True) == [FAILED]
    assert metrics.asked == []
