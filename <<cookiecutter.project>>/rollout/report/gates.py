"""What each gate measured, over the whole rollout."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from rollout.gates.evidence import enough
from rollout.journal import Event, Events
from rollout.report.events import between, finite

OUTCOMES = ("pass", "no data", "inconclusive", "error", "fail")  # the worst one last


@dataclass(frozen=True)
class Point:
    """One measurement, at a time in seconds since the rollout started."""

    seconds: float
    step: str  # "1", "2", ... or "keep"
    weight: float
    value: float | None
    outcome: str
    samples: float | None
    detail: str
    stable: float | None  # what the same query gave for the stable release
    fails_from: float | None = None  # with so many samples, the value from which on there is evidence


@dataclass(frozen=True)
class GateEvidence:
    """One gate: its rule as the policy fixed it, and its measurements in their order. With `by`, a label, each is the
    worst of the label's values, and its detail names whose it is."""

    name: str
    query: str
    by: str | None
    limit: float
    unit: str
    fails: str  # "above" or "below" its limit
    samples: str | None  # the PromQL that counts its samples
    at_least: float | None
    points: tuple[Point, ...]

    @property
    def outcome(self) -> str:
        """`fail` once it failed, else what it said last; `not measured` when it never did."""
        if any(point.outcome == "fail" for point in self.points):
            return "fail"
        return self.points[-1].outcome if self.points else "not measured"

    @property
    def worst(self) -> Point | None:
        """The first measurement that came closest to the limit, or went furthest beyond it."""
        measured = [point for point in self.points if point.value is not None]
        return max(measured, key=lambda point: self.badness(point.value), default=None)

    def badness(self, value: float | None) -> float:
        """Higher is worse, whichever side of the limit is the bad one; no value is the least."""
        if value is None:
            return -math.inf
        return -value if self.fails == "below" else value


def gates(journal: Events) -> tuple[GateEvidence, ...]:
    """The gates of the policy, then any other that was measured, each with all its points."""
    start = journal[0]["time"]
    rules = {rule["name"]: rule for rule in (journal[0].get("policy") or {}).get("gates", [])}
    series: dict[str, list[Point]] = {name: [] for name in rules}
    for event, measured in _measured(journal):
        rules.setdefault(measured["gate"], measured)
        series.setdefault(measured["gate"], []).append(_point(event, measured, start))
    return tuple(_gate(name, rules[name], points) for name, points in series.items())


def thinned(gate: GateEvidence, bundle: Callable[[int, Point], int]) -> tuple[Point, ...]:
    """A gate's points, of those that get the same number (from index and point) only the worst."""
    numbered = groupby(enumerate(gate.points), key=lambda entry: bundle(*entry))
    return tuple(
        max((point for _, point in entries), key=lambda point: (_rank(point), gate.badness(point.value)))
        for _, entries in numbered
    )


def _rank(point: Point) -> int:
    return OUTCOMES.index(point.outcome) if point.outcome in OUTCOMES else len(OUTCOMES)


def _measured(journal: Events) -> Iterator[tuple[Event, Event]]:
    for event in journal:
        if event["event"] == "measured":
            for measured in event["gates"]:
                yield event, measured


def _point(event: Event, measured: Event, start: float) -> Point:
    return Point(
        between(start, event["time"]),
        "keep" if event.get("keep") else str(event.get("step")),
        event.get("weight") or 0.0,
        finite(measured.get("value")),
        measured["outcome"],
        finite(measured.get("samples")),
        measured.get("detail") or "",
        finite(measured.get("stable")),
        _fails_from(measured),
    )


def _fails_from(measured: Event) -> float | None:
    """Above the limit there is a band in which a value may be by chance; the more samples, the narrower."""
    total, certainty = finite(measured.get("total")), finite(measured.get("certainty"))
    if not total or certainty is None or not measured["limit"]:
        return None
    return enough(total, measured["limit"], certainty) / total


def _gate(name: str, rule: Event, points: list[Point]) -> GateEvidence:
    return GateEvidence(
        name,
        rule.get("query") or "",
        rule.get("by"),
        rule["limit"],
        rule.get("unit") or "",
        "above" if rule.get("fails_above", True) else "below",
        rule["samples"] if isinstance(rule.get("samples"), str) else None,
        finite(rule.get("at_least")),
        tuple(points),
    )
