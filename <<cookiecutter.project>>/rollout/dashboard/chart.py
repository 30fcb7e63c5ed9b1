"""One signal of both releases over time, as SVG: its limit, the steps, the verdict, and when its alerts fired."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rollout.metrics.seen import Points
from rollout.report.picture.axis import Axis
from rollout.report.picture.colours import BAD, FAINT, GRID, INK
from rollout.report.picture.svg import document, element, escaped, line, text
from rollout.text import quantity

WIDTH, HEIGHT = 560, 210
LEFT, RIGHT, TOP, BOTTOM = 64, 546, 26, 176
FAR = 3.0
"""A limit that is this many times the highest value would flatten the lines: it is drawn at the upper edge."""

DASHES = ("none", "6 3", "2 3")
"""The first line of a signal is solid, the others are not."""


@dataclass(frozen=True)
class Mark:
    """A moment, in seconds since the start of the rollout."""

    seconds: float
    label: str
    colour: str


@dataclass(frozen=True)
class Curve:
    """One line of one release; `points` are seconds since the start, with values; `dash` is its place in the signal."""

    colour: str
    points: Points
    dash: int = 0


def chart(said: str, unit: str, curves: Sequence[Curve], limit: float | None, axis: Axis, marks: Sequence[Mark]) -> str:
    """`said` is the text alternative."""
    scale = Scale.of([value for curve in curves for _, value in curve.points], limit)
    return document(
        WIDTH,
        HEIGHT,
        element("title", escaped(said)),
        *grid(axis, scale, unit),
        *limit_line(scale, limit, unit),
        *moments(marks, axis),
        *(drawn(curve, axis, scale) for curve in reversed(curves)),
    )


@dataclass(frozen=True)
class Scale:
    """From 0 at the bottom to `highest` at the top."""

    highest: float

    @classmethod
    def of(cls, values: Sequence[float], limit: float | None) -> "Scale":
        most = max([*values, 0.0])
        if limit is not None and (limit <= FAR * most or not most):
            most = max(most, limit)
        return cls(1.15 * most or 1.0)

    def y(self, value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * min(1.0, max(0.0, value) / self.highest)


def grid(axis: Axis, scale: Scale, unit: str) -> Iterator[str]:
    for part in (0.0, 0.5, 1.0):
        y = scale.y(part * scale.highest)
        yield line(LEFT, y, RIGHT, y, stroke=GRID)
        label = quantity(part * scale.highest, unit, 2)
        yield text(LEFT - 6, y + 4, label.split(" req")[0], font_size=11, fill=FAINT, text_anchor="end")
    for x, label in axis.ticks():
        yield line(x, TOP, x, BOTTOM + 4, stroke=GRID)
        yield text(x, BOTTOM + 17, label, font_size=11, fill=FAINT, text_anchor="middle")
    yield text((LEFT + RIGHT) / 2, HEIGHT - 4, "time since start", font_size=11, fill=FAINT, text_anchor="middle")


def limit_line(scale: Scale, limit: float | None, unit: str) -> Iterator[str]:
    if limit is None:
        return
    y, far = scale.y(limit), limit > scale.highest
    yield line(LEFT, y, RIGHT, y, stroke=BAD, stroke_width=1.4, stroke_dasharray="5 4")
    label = f"limit {quantity(limit, unit)}" + (", far above this scale" if far else "")
    beside = y + 14 if y < (TOP + BOTTOM) / 2 else y - 5
    yield text(RIGHT - 4, beside, label, font_size=11, fill=BAD, text_anchor="end")


def moments(marks: Sequence[Mark], axis: Axis) -> Iterator[str]:
    free = 0.0
    for mark in sorted(marks, key=lambda mark: mark.seconds):
        x = axis.x(mark.seconds)
        yield line(x, TOP - 8, x, BOTTOM, stroke=mark.colour, stroke_width=1.2)
        width = 6.5 * len(mark.label)
        left = min(x, RIGHT - width)
        if left >= free:  # otherwise it would cover the label before
            yield text(left + 3, TOP - 12, mark.label, font_size=11, fill=INK if mark.colour == FAINT else mark.colour)
            free = left + width + 6


def drawn(curve: Curve, axis: Axis, scale: Scale) -> str:
    """A gap is where Prometheus has nothing for over three of its steps."""
    if not curve.points:
        return ""
    gaps = [later - earlier for (earlier, _), (later, _) in zip(curve.points, curve.points[1:], strict=False)]
    most = 3.5 * min(gaps) if gaps else 0.0
    path, before = "", None
    for seconds, value in curve.points:
        pen = "L" if before is not None and seconds - before <= most else "M"
        path += f"{pen}{axis.x(seconds):.1f} {scale.y(value):.1f}"
        before = seconds
    style: Mapping[str, str | float] = {"stroke_dasharray": DASHES[curve.dash], "stroke_opacity": 1 - 0.2 * curve.dash}
    width = 2.2 if curve.dash == 0 else 1.5
    return element(
        "path", d=path, fill="none", stroke=curve.colour, stroke_width=width, stroke_linecap="round", **style
    )
