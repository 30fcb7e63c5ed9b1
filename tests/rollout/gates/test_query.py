"""The queries of a gate that is judged by evidence: for which release, window and time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from rollout.errors import ManySeries, MetricsError, NoData, QueryRejected, Unreachable
from rollout.gates.counts import Share
from rollout.gates.judge import Measurement, Outcome
from rollout.gates.measure import measure
from rollout.gates.query import shared_by_label
from rollout.gates.shared import NAMES
from rollout.metrics.questions import Answer, Question
from rollout.policy.placeholders import Values
from rollout.policy.plan import Gate, Weighed
from rollout.policy.quantity import Limit

RULE = Weighed("share", {"bad": "bad($release, $window)", "total": "total($release, $window)"}, (120, 600), 3.8)
GATE = Gate("errors", "", "", 25, Limit(0.05, "ratio"), fails_above=True, window_seconds=120, weighed=RULE)
VALUES = Values("new", "old", window_seconds=0, ago_seconds=0, elapsed_seconds=2000, judged_seconds=1000)


@dataclass
class Asked:
    """Records the queries and their times. Totals are 100 unless there is another answer."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    asked: list[tuple[float, list[str]]] = field(default_factory=list)

    def several(self, questions: Mapping[str, Question], ago_seconds: float = 0.0) -> dict[str, Answer]:
        self.asked.append((ago_seconds, [question.promql for question in questions.values()]))
        return {key: self._answer(question) for key, question in questions.items()}

    def _answer(self, question: Question) -> Answer:
        usual: Answer = {"": 100.0 if question.promql.startswith("total") else 1.0}
        return self.answers.get(question.promql, usual)

    def value(self, promql: str, ago_seconds: float = 0.0) -> float:
        raise AssertionError(f"{promql} of {ago_seconds} s ago was asked alone")

    def values(self, promql: str, by: str, ago_seconds: float = 0.0) -> dict[str, float]:
        raise AssertionError(f"{promql} by {by} of {ago_seconds} s ago was asked alone")


def look(rule: Weighed, metrics: Asked, values: Values = VALUES) -> Measurement:
    return measure(replace(GATE, weighed=rule), values, metrics)


def pairs(release: str, *windows: str) -> list[str]:
    return [f"{key}({release}, {window})" for window in windows for key in ("bad", "total")]


def test_both_releases_and_both_windows_are_queried_in_one_request() -> None:
    metrics = Asked()
    look(RULE, metrics)
    assert metrics.asked == [(0, pairs("new", "120000ms", "600000ms") + pairs("old", "120000ms", "600000ms"))]


def test_the_canarys_own_samples_are_not_asked_of_stable_and_let_it_pass() -> None:
    rule = replace(RULE, windows_seconds=(600,), questions={**RULE.questions, "samples": "own($release, $window)"})
    metrics = Asked({"own(new, 600000ms)": {"": 24.0}})
    measured = look(rule, metrics)
    assert metrics.asked == [(0, [*pairs("new", "600000ms"), "own(new, 600000ms)", *pairs("old", "600000ms")])]
    assert (measured.outcome, measured.samples, measured.total) == (Outcome.INCONCLUSIVE, 24, 100)
    assert look(rule, Asked({"own(new, 600000ms)": {"": 25.0}})).outcome is Outcome.PASS
    assert look(rule, Asked({"own(new, 600000ms)": NoData("none")})).samples == 0
    assert look(rule, Asked({"own(new, 600000ms)": ManySeries("2 series")})).outcome is Outcome.ERROR


def test_no_window_is_longer_than_the_canary_is_judged_and_equal_windows_are_queried_once() -> None:
    metrics = Asked()
    look(RULE, metrics, replace(VALUES, judged_seconds=40))
    assert metrics.asked == [(0, pairs("new", "40000ms") + pairs("old", "40000ms"))]


def test_once_stable_has_no_traffic_a_longer_time_with_traffic_is_queried() -> None:
    metrics = Asked()
    look(RULE, metrics, replace(VALUES, ago_seconds=77))
    assert metrics.asked == [
        (0, pairs("new", "120000ms", "600000ms")),
        (77, pairs("old", "1800000ms", "1800000ms")),
    ]


def test_the_baseline_before_is_the_longest_window_before_the_canary_was_ready() -> None:
    metrics = Asked()
    look(replace(RULE, before=True), metrics, replace(VALUES, ago_seconds=77))
    assert metrics.asked[1] == (1000, pairs("old", "600000ms", "600000ms"))


SHARED = replace(RULE, windows_seconds=(600,), shared_every_seconds=5)
FAILING = {"bad(new, 600000ms)": {"": 60.0}}


@pytest.mark.parametrize("ago_seconds", [0, 77])
def test_what_stable_has_too_is_asked_of_now_even_once_stable_has_no_traffic(ago_seconds: float) -> None:
    metrics = Asked(FAILING)
    look(SHARED, metrics, replace(VALUES, ago_seconds=ago_seconds))
    ago, asked = metrics.asked[-1]
    assert (ago, len(asked)) == (0, 3)
    assert all("(new, 30000ms)" in each and "(old, 30000ms)" in each for each in asked)


@pytest.mark.parametrize(
    ("rule", "values", "answers"),
    [
        (SHARED, VALUES, {}),
        (RULE, VALUES, FAILING),
        (replace(SHARED, without_vendor=True), VALUES, FAILING),
        (SHARED, replace(VALUES, stable=""), FAILING),
    ],
    ids=["nothing fails", "the gate does not wait", "the vendor's do not count", "no stable"],
)
def test_what_stable_has_too_is_asked_only_if_it_matters(
    rule: Weighed, values: Values, answers: Mapping[str, Answer]
) -> None:
    metrics = Asked(answers)
    look(rule, metrics, values)
    assert not any("sum_over_time" in each for _, asked in metrics.asked for each in asked)


@pytest.mark.parametrize("name", NAMES)
def test_after_an_error_in_any_answer_about_both_releases_nothing_is_excused(name: str) -> None:
    counts = {"": Share(60, 100, vendor=60)}
    answers: dict[str, Answer] = {f"shared {each} 0": {"": 45.0} for each in NAMES}
    rule = replace(SHARED, questions={**RULE.questions, "vendor": "vendor()"})
    assert set(shared_by_label(rule, 0, counts, answers)) == {""}
    assert shared_by_label(rule, 0, counts, {**answers, f"shared {name} 0": ManySeries("2 series")}) == {}


def test_prometheus_going_away_while_it_is_asked_is_raised_to_the_caller() -> None:
    class Going(Asked):
        def several(self, questions: Mapping[str, Question], ago_seconds: float = 0.0) -> dict[str, Answer]:
            if self.asked:
                raise Unreachable("gone")
            return super().several(questions, ago_seconds)

    with pytest.raises(Unreachable):
        look(SHARED, Going(FAILING))


@pytest.mark.parametrize(
    ("of_stable", "outcome"),
    [({"": 45.0}, Outcome.INCONCLUSIVE), ({"": 0.0}, Outcome.FAIL), (NoData("none"), Outcome.FAIL),
     (ManySeries("2 series"), Outcome.FAIL)],
    ids=["as many", "none", "no series", "several series"],
)  # fmt: skip
def test_what_stable_has_too_does_not_fail_the_canary(of_stable: Answer, outcome: Outcome) -> None:
    class Outage(Asked):
        def _answer(self, question: Question) -> Answer:
            promql = question.promql
            if " unless " in promql:
                return NoData("stable always got requests")
            if "sum_over_time" in promql:
                return {"": 45.0} if promql.startswith("(bad(new") else of_stable
            return {"": 60.0} if promql.startswith("bad(new") else super()._answer(question)

    assert look(replace(RULE, shared_every_seconds=5), Outage()).outcome is outcome


def test_the_first_release_has_no_stable_to_query() -> None:
    metrics = Asked()
    look(RULE, metrics, replace(VALUES, stable=""))
    assert metrics.asked == [(0, pairs("new", "120000ms", "600000ms"))]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (NoData("none"), Outcome.NO_DATA),
        (ManySeries("2 series"), Outcome.ERROR),
        (QueryRejected("parse error"), Outcome.ERROR),
    ],
)
def test_a_missing_count_of_the_canary_never_passes(answer: MetricsError, outcome: Outcome) -> None:
    measured = look(RULE, Asked({"bad(new, 600000ms)": answer}))
    assert (measured.outcome, measured.detail) == (outcome, str(answer))


def test_a_total_without_a_series_counts_as_0() -> None:
    totals = {f"total(new, {window})": NoData("none") for window in ("120000ms", "600000ms")}
    assert look(RULE, Asked(totals)).detail.endswith("0 of 25 samples so far")


def test_a_missing_count_of_stable_changes_nothing() -> None:
    measured = look(RULE, Asked({"bad(old, 600000ms)": ManySeries("2 series")}))
    assert (measured.outcome, measured.stable) == (Outcome.PASS, None)


def test_the_worst_label_counts_and_a_label_missing_on_stable_counts_as_0() -> None:
    rule = replace(RULE, windows_seconds=(600,), times_stable=1.0)
    bad: Answer = {"KeyError": 30.0, "LookupError": 40.0, "": 0.0}
    metrics = Asked({"bad(new, 600000ms)": bad, "bad(old, 600000ms)": {"LookupError": 50.0}})
    measured = measure(replace(GATE, by="type", weighed=rule), VALUES, metrics)
    assert (measured.outcome, measured.bad, measured.stable_bad, measured.stable_total) == (Outcome.FAIL, 30, 0, 100)
    assert measured.detail.startswith("KeyError 30 % (30 of 100)")


def test_an_unreachable_prometheus_is_raised_to_the_caller() -> None:
    class Gone(Asked):
        def several(self, questions: Mapping[str, Question], ago_seconds: float = 0.0) -> dict[str, Answer]:
            raise Unreachable(f"nobody answers {len(questions)} questions of {ago_seconds} s ago")

    with pytest.raises(Unreachable):
        look(RULE, Gone())
