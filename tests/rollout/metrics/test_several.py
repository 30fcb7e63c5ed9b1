"""Many queries in one request to a real Prometheus, and the outcomes of a gate that counts."""

import pytest

from rollout.errors import ManySeries, NoData, QueryRejected
from rollout.gates.judge import Outcome
from rollout.metrics.questions import Question
from rollout.policy.plan import Gate, Weighed
from rollout.policy.quantity import Limit
from tests.policy.live import Live
from tests.policy.releases import series

pytestmark = pytest.mark.parts

GOOD = {
    "one": Question("one"),
    "labelled": Question("two", by="here"),
    "a sum": Question("sum(two) or vector(0)"),
    "nothing": Question("sum(never_published)"),
    "0/0": Question("vector(0) / 0"),
    "two series": Question("two"),
}
BAD = {
    "a scalar": Question("6"),
    "no PromQL": Question("sum(one"),
    "labels that do not match": Question("two * on (there) two"),
    "a range": Question("one[3s]"),
}


@pytest.fixture(autouse=True)
def published(live: Live) -> None:
    live.publish(series("one", 1), series("two", 1, here="a"), series("two", 2, here="b"))


def test_each_question_has_its_own_answer(live: Live) -> None:
    found = live.server.several(GOOD)
    assert found["one"] == {"": 1}
    assert found["labelled"] == {"a": 1, "b": 2}
    assert found["a sum"] == {"": 3}
    assert {key: type(found[key]) for key in ("nothing", "0/0", "two series")} == {
        "nothing": NoData, "0/0": NoData, "two series": ManySeries,
    }  # fmt: skip


@pytest.mark.parametrize("key", BAD)
def test_one_rejected_query_does_not_affect_the_other_answers(live: Live, key: str) -> None:
    found = live.server.several({**GOOD, key: BAD[key]})
    assert {each: str(found[each]) for each in GOOD} == {
        each: str(one) for each, one in live.server.several(GOOD).items()
    }
    if key == "a scalar":
        assert found[key] == {"": 6}
    else:
        assert isinstance(found[key], QueryRejected)


def weighed(bad: str, total: str = "vector(100)") -> Gate:
    return Gate(
        "own", f"{bad} / {total}", total, 25, Limit(0.05, "ratio"), fails_above=True, window_seconds=3,
        weighed=Weighed("share", {"bad": bad, "total": total}, (3,), 4),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "total", "outcome"),
    [
        ("vector(60)", "vector(100)", Outcome.FAIL),
        ("vector(2)", "vector(100)", Outcome.PASS),
        ("vector(7)", "vector(60)", Outcome.INCONCLUSIVE),
        ("vector(0)", "sum(never_published)", Outcome.INCONCLUSIVE),
        ("sum(never_published)", "vector(100)", Outcome.NO_DATA),
        ("vector(0) / 0", "vector(100)", Outcome.NO_DATA),
        ("vector(0)", "vector(0) / 0", Outcome.INCONCLUSIVE),
        ("vector(1) / 0", "vector(100)", Outcome.INCONCLUSIVE),
        ("two", "vector(100)", Outcome.ERROR),
        ("vector(0)", "two", Outcome.ERROR),
        ("sum(one", "vector(100)", Outcome.ERROR),
        ("one[3s]", "vector(100)", Outcome.ERROR),
        ("2", "100", Outcome.PASS),
    ],
)
def test_a_gate_passes_only_with_two_counts_within_the_limit(
    live: Live, bad: str, total: str, outcome: Outcome
) -> None:
    assert live.measure(weighed(bad, total)).outcome is outcome


def test_a_stable_without_a_usable_answer_does_not_change_the_verdict(live: Live) -> None:
    gate = weighed('two{here=~"$release"}')
    measured = live.measure(gate, "a", "a|b")
    assert (measured.outcome, measured.bad, measured.stable) == (Outcome.PASS, 1, None)
