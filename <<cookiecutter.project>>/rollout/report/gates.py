"""What each gate measured, over the whole rollout."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from rollout.gates import amounts
from rollout.gates.evidence import MOST, enough, enough_against_stable
from rollout.journal import Story
from rollout.journal.series import Point, Series
from rollout.journal.written import WrittenWeighed


@dataclass(frozen=True)
class GateEvidence:
    """One gate: its rule from the policy, and its measurements in order. With `by`, a label, each measurement is the
    worst of the label's values, and its detail names that value."""

    name: str
    query: str
    by: str | None
    limit: float
    unit: str
    fails: str  # "above" or "below" its limit
    samples: str | None  # the PromQL that counts its samples
    at_least: float | None
    series: Series
    weighed: WrittenWeighed | None = None  # how it is judged by evidence

    @property
    def limit_text(self) -> str:
        """`5 %`, `1 % and 3 x stable`"""
        return amounts.limit(self.limit, self.unit, self.times_stable)

    @property
    def times_stable(self) -> float | None:
        """The multiple of stable's value that the value must also exceed."""
        return self.weighed.times_stable if self.weighed else None

    @property
    def points(self) -> tuple[Point, ...]:
        """Its measurements; if there are too many, the worst of each bundle."""
        return self.series.points

    @property
    def outcome(self) -> str:
        """`fail` if it ever failed, else its last outcome; `not measured` without any measurement."""
        if self.series.failed:
            return "fail"
        return self.series.newest.outcome if self.series.newest else "not measured"

    @property
    def worst(self) -> Point | None:
        """The first measurement that was closest to the limit, or furthest beyond it."""
        return self.series.worst


def gates(story: Story) -> tuple[GateEvidence, ...]:
    """The policy's gates, then any other gate that was measured."""
    return tuple(map(_gate, story.series.values()))


def thinned(gate: GateEvidence, bundle: Callable[[int, Point], int]) -> tuple[Point, ...]:
    """A gate's points: the worst of each group that gets the same number (from index and point)."""
    numbered = groupby(enumerate(gate.points), key=lambda entry: bundle(*entry))
    return tuple(gate.series.worst_of(point for _, point in entries) for _, entries in numbered)


def limit_at(gate: GateEvidence, point: Point) -> float:
    """The limit at this time: the fixed limit or the multiple of stable's value, whichever is higher."""
    if gate.times_stable is None or gate.unit == "multiple" or point.stable is None:
        return gate.limit
    return max(gate.limit, gate.times_stable * point.stable)


def fails_from(gate: GateEvidence, point: Point) -> float | None:
    """The value above which there is evidence against the release; None if it is unknown, as for a gate that is judged
    without evidence. The more samples, the closer it is to the limit."""
    if point.certainty is None:
        return None
    if point.bad is None:
        return _mean_fails_from(gate, point, point.certainty)
    if not point.total:
        return None
    own = enough(point.total, gate.limit, point.certainty) if gate.limit else 0.0
    against_stable = 0.0
    if gate.times_stable and point.stable_total:
        counts = (point.total, point.stable_bad or 0.0, point.stable_total, gate.times_stable)
        against_stable = enough_against_stable(*counts, point.certainty)
    return max(own, against_stable) / point.total or None


def _mean_fails_from(gate: GateEvidence, point: Point, certainty: float) -> float | None:
    """Evidence is the distance from the limit in standard errors, so any point away from the limit gives the standard
    error."""
    if point.value is None or point.evidence is None or not 0.05 < abs(point.evidence) < MOST:
        return None
    return gate.limit + certainty * (point.value - gate.limit) / point.evidence


def _gate(series: Series) -> GateEvidence:
    rule = series.rule
    return GateEvidence(
        name=rule.name,
        query=rule.query,
        by=rule.by,
        limit=rule.limit,
        unit=rule.unit,
        fails="above" if rule.fails_above else "below",
        samples=rule.samples,
        at_least=None if rule.at_least is None else float(rule.at_least),
        series=series,
        weighed=rule.weighed,
    )
