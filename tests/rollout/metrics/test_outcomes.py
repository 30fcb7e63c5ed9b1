"""Each outcome of a gate, and each kind of missing answer, with a real Prometheus."""

from dataclasses import replace

import pytest

from rollout.gates.judge import Outcome
from rollout.policy.plan import Gate
from rollout.policy.quantity import Limit
from tests.policy.live import Live
from tests.policy.releases import series

pytestmark = pytest.mark.parts

CASES = {
    "above the limit is a failure": ("vector(6)", Outcome.FAIL, "6 is above 5"),
    "at the limit is a pass": ("vector(5)", Outcome.PASS, "5 is equal to 5"),
    "below the limit is a pass": ("vector(4)", Outcome.PASS, "4 is below 5"),
    "a scalar is a value": ("6", Outcome.FAIL, "6 is above 5"),
    "no series is no data": ("sum(never_published)", Outcome.NO_DATA, "no series matches"),
    "a comparison that drops its series is no data": ("vector(4) > 5", Outcome.NO_DATA, "no series matches"),
    "0/0 is no data": ("vector(0) / 0", Outcome.NO_DATA, "NaN"),
    "a scalar that is NaN is no data": ("0 / 0", Outcome.NO_DATA, "NaN"),
    "1/0 is inconclusive": ("vector(1) / 0", Outcome.INCONCLUSIVE, "infinite"),
    "-1/0 is inconclusive": ("vector(-1) / 0", Outcome.INCONCLUSIVE, "infinite"),
    "two series are an error": ("two", Outcome.ERROR, "2 series where one was expected"),
    "a range is an error": ("one[3s]", Outcome.ERROR, "returns a range vector"),
    "a text is an error": ('"five"', Outcome.ERROR, "the text 'five', not a number"),
    "a mistake in the query is an error, in Prometheus' words": ("sum(one", Outcome.ERROR, "unclosed left parenthesis"),
    "labels that do not match are an error": (
        "two * on (there) two",
        Outcome.ERROR,
        "many-to-many matching not allowed",
    ),
}


@pytest.fixture(autouse=True)
def published(live: Live) -> None:
    live.publish(series("one", 1), series("two", 1, here="a"), series("two", 2, here="b"))


def gate(query: str, samples: str | None = None) -> Gate:
    floor = 10 if samples else None
    return Gate("own", query, samples, floor, Limit(5, "count"), fails_above=True, window_seconds=3)


@pytest.mark.parametrize(("query", "outcome", "detail"), CASES.values(), ids=CASES.keys())
def test_what_prometheus_answers_is_one_of_five_outcomes(live: Live, query: str, outcome: Outcome, detail: str) -> None:
    measured = live.measure(gate(query))
    assert measured.outcome is outcome
    assert detail in measured.detail
    assert (measured.value is None) is (outcome not in (Outcome.PASS, Outcome.FAIL))


@pytest.mark.parametrize("samples", ["vector(9)", "sum(never_published)", "vector(0) / 0"])
def test_below_at_least_a_bad_value_is_inconclusive(live: Live, samples: str) -> None:
    assert live.measure(gate("vector(100)", samples)).outcome is Outcome.INCONCLUSIVE


def test_from_at_least_on_a_bad_value_fails(live: Live) -> None:
    assert live.measure(gate("vector(100)", "vector(10)")).outcome is Outcome.FAIL


@pytest.mark.parametrize("samples", ["two", "sum(one", "one[3s]"])
def test_samples_that_cant_be_counted_are_an_error(live: Live, samples: str) -> None:
    assert live.measure(gate("vector(0)", samples)).outcome is Outcome.ERROR


def test_a_value_below_fail_below_is_a_failure(live: Live) -> None:
    below = Gate("own", "vector(4)", None, None, Limit(5, "count"), fails_above=False, window_seconds=3)
    assert live.measure(below).outcome is Outcome.FAIL


def test_with_by_the_worst_value_is_judged_and_named(live: Live) -> None:
    measured = live.measure(replace(gate("two * 3"), by="here"))
    assert (measured.outcome, measured.value, measured.detail) == (Outcome.FAIL, 6, "6 is above 5 (b)")


def test_several_series_for_one_label_value_are_an_error(live: Live) -> None:
    measured = live.measure(replace(gate("two"), by="job"))
    assert measured.outcome is Outcome.ERROR
    assert "aggregate them with sum by (job)" in measured.detail
