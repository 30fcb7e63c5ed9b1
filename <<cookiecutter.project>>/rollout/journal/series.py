"""One gate's measurements over a whole rollout, in bounded memory: thousands of measurements become bundles, and each
bundle keeps its worst one. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rollout.journal.events import Reading
from rollout.journal.written import WrittenGate

MOST_POINTS = 1000
OUTCOMES = ("pass", "no data", "inconclusive", "error", "fail")  # the worst last


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement, at a time in seconds since the rollout started.

    The last fields are for gates that are judged by evidence: the counts of the window that decided, stable's counts,
    and the evidence in standard deviations; the gate fails above `certainty`.
    """

    seconds: float
    step: str  # "1", "2", ... or "keep"
    weight: float
    value: float | None
    outcome: str
    samples: float | None
    detail: str
    stable: float | None  # the value of the same query for stable
    bad: float | None = None
    total: float | None = None
    stable_bad: float | None = None
    stable_total: float | None = None
    evidence: float | None = None
    certainty: float | None = None
    window_seconds: float | None = None
    vendor: float | None = None
    stable_vendor: float | None = None
    shown: float | None = None


@dataclass(frozen=True)
class Series:
    """One gate: its rule and its measurements in order, at most MOST_POINTS. `bundle` is the number of measurements for
    each point, `count` the number of all; `worst` is the earliest measurement with the worst value."""

    rule: WrittenGate
    points: tuple[Point, ...] = ()
    bundle: int = 1
    count: int = 0
    failed: bool = False
    newest: Point | None = None
    worst: Point | None = None

    def badness(self, point: Point) -> tuple[float, float]:
        """Higher is always worse, for gates that fail above and below the limit: first by evidence against the release,
        then by value. A large share of few samples is little evidence. No value is the lowest."""
        evidence = max(0.0, point.evidence or 0.0)
        if point.value is None:
            return evidence, -math.inf
        return evidence, point.value if self.rule.fails_above else -point.value

    def worst_of(self, points: Iterable[Point]) -> Point:
        """The worst by outcome, then by badness; the first of equals."""
        return max(points, key=lambda point: (_rank(point), self.badness(point)))

    def plus(self, point: Point) -> "Series":
        """The series with one more measurement."""
        points, bundle = self.points, self.bundle
        whole = self.count % bundle == 0
        points = (*points, point) if whole else (*points[:-1], self.worst_of((points[-1], point)))
        if len(points) > MOST_POINTS:  # the new one starts its own bundle
            pairs = zip(points[:-1:2], points[1::2], strict=True)
            points, bundle = (*map(self.worst_of, pairs), point), 2 * bundle
        return replace(
            self,
            points=points,
            bundle=bundle,
            count=self.count + 1,
            failed=self.failed or point.outcome == "fail",
            newest=point,
            worst=self._worse(point),
        )

    def _worse(self, point: Point) -> Point | None:
        if point.value is None and point.evidence is None:  # Argo Rollouts measures the evidence alone
            return self.worst
        if self.worst and self.badness(point) <= self.badness(self.worst):
            return self.worst
        return point


def of_reading(reading: Reading) -> WrittenGate:
    """The rule of a gate that is missing in the policy, derived from its measurement."""
    return WrittenGate(name=reading.gate, limit=reading.limit, unit=reading.unit, at_least=reading.at_least)


def _rank(point: Point) -> int:
    return OUTCOMES.index(point.outcome) if point.outcome in OUTCOMES else len(OUTCOMES)
