"""One figure and its goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value. `goal` is its maximum; None if it is only reported."""

    name: str
    value: float
    unit: str
    goal: float | None = None

    @property
    def holds(self) -> bool:
        return self.goal is None or self.value <= self.goal


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0..1) of the sorted values do not exceed, by the nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(share * len(ranked) + 0.5) - 1))]


def table(figures: Sequence[Figure]) -> str:
    """A table for the terminal."""
    rows = [("figure", "value", "unit", "goal", "holds")]
    for each in figures:
        goal = "-" if each.goal is None else f"<= {each.goal:g}"
        rows.append((each.name, f"{each.value:.4g}", each.unit, goal, "yes" if each.holds else "NO"))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
