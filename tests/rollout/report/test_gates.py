"""Where a gate begins to fail: the edge of the band of chance."""

import pytest

from rollout.gates import evidence
from rollout.gates.counts import Mean, Window
from rollout.gates.weigh import weigh
from rollout.journal.series import Point, Series
from rollout.journal.written import WrittenGate, WrittenWeighed
from rollout.report.gates import GateEvidence, fails_from, limit_at
from tests.rollout.gates.test_weigh import COST, of


def gate(limit: float, unit: str, times_stable: float | None) -> GateEvidence:
    rule = WrittenWeighed(certainty=3.8, times_stable=times_stable)
    series = Series(WrittenGate(name="g", limit=limit, unit=unit, weighed=rule))
    return GateEvidence("g", "", None, limit, unit, "above", None, None, series, rule)


def share(bad: float, total: float, stable_bad: float, stable_total: float) -> Point:
    return Point(1.0, "1", 0.05, bad / total, "pass", total, "", stable_bad / stable_total, bad, total, stable_bad,
                 stable_total, 0.0, 3.8)  # fmt: skip


def mean(canary: Mean, stable: Mean) -> Point:
    """As the engine measures it."""
    measured = weigh(COST, [Window(600, canary, stable)])
    return Point(1.0, "1", 0.05, measured.value, "pass", canary.count, "", None, evidence=measured.evidence,
                 certainty=measured.certainty)  # fmt: skip


def test_a_share_fails_where_both_its_evidences_are_enough() -> None:
    rule, point = gate(0.01, "ratio", 3.0), share(5, 200, 20, 1000)
    assert limit_at(rule, point) == pytest.approx(0.06)
    edge = fails_from(rule, point)
    assert edge
    assert evidence.against_stable(200 * edge, 200, 20, 1000, 3) == pytest.approx(3.8)
    assert evidence.share(200 * edge, 200, 0.01) > 3.8


def test_without_a_multiple_stable_changes_nothing() -> None:
    rule, point = gate(0.05, "ratio", None), share(5, 200, 200, 1000)
    assert limit_at(rule, point) == 0.05
    assert fails_from(rule, point) == pytest.approx(evidence.enough(200, 0.05, 3.8) / 200)


def test_a_mean_fails_where_its_distance_from_the_limit_is_enough_standard_errors() -> None:
    stable = of(1.0, 0.4, 500_000)
    edge = fails_from(gate(1.5, "multiple", 1.5), mean(of(1.2, 0.5, 100), stable))
    assert edge
    assert weigh(COST, [Window(600, of(edge, 0.5, 100), stable)]).evidence == pytest.approx(3.0, abs=0.05)


def test_of_a_mean_that_is_just_at_the_limit_and_of_a_value_alone_the_edge_is_not_known() -> None:
    assert fails_from(gate(1.5, "multiple", 1.5), mean(of(1.5, 0.5, 100), of(1.0, 0.4, 500))) is None
    assert fails_from(gate(0.0, "count", None), Point(1.0, "1", 0.05, 0.0, "pass", None, "", None)) is None
