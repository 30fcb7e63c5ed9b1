"""What each gate measured, over the whole rollout."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from rollout.gates.evidence import enough
from rollout.journal import Story
from rollout.journal.series import Point, Series


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


def fails_from(gate: GateEvidence, point: Point) -> float | None:
    """The value from which on there is evidence against the release; None for a gate that is judged without. The more
    samples, the nearer to the limit."""
    if not point.total or point.certainty is None or not gate.limit:
        return None
    return enough(point.total, gate.limit, point.certainty) / point.total


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
    )
