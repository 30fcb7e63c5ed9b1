"""The picture's lower part: one thin strip for each gate, with its values and its limit."""

from collections.abc import Iterator, Sequence

from rollout.journal.series import Point
from rollout.report.gates import GateEvidence, fails_from, limit_at, thinned
from rollout.report.picture.axis import Axis
from rollout.report.picture.colours import BAD, FAINT, GRID, INK, OUTCOME, mark
from rollout.report.picture.svg import element, fitted, rect, text
from rollout.text import number, quantity

_APART = 6  # pixels between two marks, at least
_FLOOR = 6  # pixels below 0, so that a mark at 0 is not cut off


def strip(gate: GateEvidence, axis: Axis, top: float, bottom: float) -> Iterator[str]:
    """One gate between two heights: name and limit on the left, the worst value on the right."""
    points = thinned(gate, lambda _, point: int(axis.x(point.seconds) / _APART))
    values = (max(point.value or 0.0, limit_at(gate, point)) for point in gate.points)
    highest = 1.25 * max(gate.limit, *values, 0.0) or 1.0
    scale = _Scale(bottom - _FLOOR, (bottom - _FLOOR - top) / highest)
    yield rect(axis.left, top, axis.right - axis.left, bottom - top, fill="none", stroke=GRID)
    yield from _forbidden(gate, points, axis, scale, (top, bottom))
    yield from _band(gate, points, axis, scale, top)
    yield from _line(points, axis, scale)
    for point in points:
        yield mark(point.outcome, axis.x(point.seconds), scale.y(point.value or 0.0))
    yield from _text(gate, axis, (top + bottom) / 2)


class _Scale:
    """A value's height above that of 0."""

    def __init__(self, zero: float, pixels_per_unit: float) -> None:
        self.zero, self.pixels_per_unit = zero, pixels_per_unit

    def y(self, value: float) -> float:
        return self.zero - max(0.0, value) * self.pixels_per_unit


def _forbidden(
    gate: GateEvidence, points: Sequence[Point], axis: Axis, scale: "_Scale", between: tuple[float, float]
) -> Iterator[str]:
    """The side of the limit where the gate fails, and the limit itself, which moves with stable's value."""
    far = between[1] if gate.fails == "below" else between[0]
    limits = [(axis.x(point.seconds), scale.y(limit_at(gate, point))) for point in points]
    own = scale.y(gate.limit)
    limits = [(axis.left, limits[0][1] if limits else own), *limits, (axis.right, limits[-1][1] if limits else own)]
    path = _path(limits)
    yield element("path", d=f"{path}L{axis.right} {far:.1f}L{axis.left} {far:.1f}z", fill=BAD, fill_opacity=0.06)
    yield element("path", d=path, fill="none", stroke=BAD, stroke_width=1.2, stroke_dasharray="5 4")


def _band(gate: GateEvidence, points: Sequence[Point], axis: Axis, scale: "_Scale", top: float) -> Iterator[str]:
    """Between the limit and where there is evidence: values that are above it by chance."""
    edges = [(point, fails_from(gate, point)) for point in points]
    known = [(axis.x(point.seconds), limit_at(gate, point), share) for point, share in edges if share is not None]
    if len(known) < 2:
        return
    upper = [(x, max(top, scale.y(share))) for x, _, share in known]
    lower = [(x, max(top, scale.y(limit))) for x, limit, _ in reversed(known)]
    yield element("path", d=f"{_path([*upper, *lower])}z", fill=OUTCOME["inconclusive"], fill_opacity=0.2)


def _path(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)


def _line(points: Sequence[Point], axis: Axis, scale: _Scale) -> Iterator[str]:
    """The line of values, with gaps where nothing was measured."""
    path, pen = "", "M"
    for point in points:
        if point.value is None:
            pen = "M"
            continue
        path += f"{pen}{axis.x(point.seconds):.1f} {scale.y(point.value):.1f}"
        pen = "L"
    if path:
        yield element("path", d=path, fill="none", stroke=OUTCOME["pass"], stroke_width=1.3)


def _text(gate: GateEvidence, axis: Axis, middle: float) -> Iterator[str]:
    worst = gate.worst.value if gate.worst else None
    left, right = axis.left - 10, axis.right + 10
    limits = [f"fails {gate.fails} {gate.limit_text}"]
    if gate.times_stable and gate.limit and gate.unit != "multiple":  # one line would not fit
        limits = [f"fails {gate.fails} {quantity(gate.limit, gate.unit)}", f"and {number(gate.times_stable)} x stable"]
    height = middle - 6 * (len(limits) - 1)
    yield text(left, height - 2, fitted(gate.name, 18), font_size=12, font_weight=600, fill=INK, text_anchor="end")
    for index, content in enumerate(limits):
        yield text(left, height + 12 + 13 * index, content, font_size=11, fill=FAINT, text_anchor="end")
    colour = OUTCOME.get(gate.outcome, FAINT)
    yield text(right, middle - 2, gate.outcome, font_size=12, font_weight=600, fill=colour)
    if worst is not None:
        yield text(right, middle + 12, f"worst {quantity(worst, gate.unit)}", font_size=11, fill=FAINT)
