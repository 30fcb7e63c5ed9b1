"""The difference and its interval over time, as one SVG: readable on light and dark pages, without scripts."""

from collections.abc import Callable, Iterator

from experiments import amounts
from experiments.metric import METRICS
from experiments.report.document import Point, Report
from rollout.report.picture.colours import BAD, CANARY, CARD, EDGE, FAINT, GRID, INK
from rollout.report.picture.svg import document, element, escaped, fitted, line, rect, text
from rollout.text import moment

WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 130, 730, 70, 280


def picture(report: Report) -> str:
    """A complete SVG document. Raises ValueError without points."""
    points = report.points
    lows, highs = [each.compared.interval.low for each in points], [each.compared.interval.high for each in points]
    low, high = min(0.0, *lows), max(0.0, *highs)
    height = (high - low) or 1.0
    first = points[0].until
    seconds = (points[-1].until - first) or 1.0

    def across(when: float) -> float:
        return LEFT + (RIGHT - LEFT) * (when - first) / seconds

    def down(amount: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (amount - low) / height

    parts = [
        element("title", escaped(report.headline)),
        rect(0.5, 0.5, WIDTH - 1, HEIGHT - 1, rx=10, fill=CARD, stroke=EDGE),
        text(24, 34, fitted(report.headline, 96), font_size=13, font_weight=700, fill=INK),
        *_axes(report, sorted({low, 0.0, high}), down),
        *_curve(points, across, down),
    ]
    return document(WIDTH, HEIGHT, *parts)


def _axes(report: Report, ticks: list[float], down: Callable[[float], float]) -> Iterator[str]:
    metric = report.points[-1].compared.metric
    title = f"{METRICS[metric].title}: {report.definition.policy.names[1]} - {report.definition.policy.names[0]}"
    yield text(LEFT, 58, title, font_size=11, fill=FAINT)
    for tick in ticks:
        yield line(LEFT, down(tick), RIGHT, down(tick), stroke=GRID if tick else BAD, stroke_dasharray="5 4")
        label = amounts.change(metric, tick) if tick else "no difference"
        yield text(LEFT - 8, down(tick) + 4, label, font_size=11, fill=FAINT, text_anchor="end")
    newest = report.points[-1]
    yield text(LEFT, BOTTOM + 22, moment(report.points[0].until), font_size=11, fill=FAINT)
    yield text(RIGHT, BOTTOM + 22, moment(newest.until), font_size=11, fill=FAINT, text_anchor="end")
    yield text(RIGHT, BOTTOM + 40, f"{newest.units:,} users", font_size=11, fill=FAINT, text_anchor="end")


def _curve(
    points: tuple[Point, ...], across: Callable[[float], float], down: Callable[[float], float]
) -> Iterator[str]:
    there = [(across(each.until), down(each.compared.interval.high)) for each in points]
    back = [(across(each.until), down(each.compared.interval.low)) for each in reversed(points)]
    middle = [(across(each.until), down(each.compared.difference)) for each in points]
    yield element("polygon", points=_path(there + back), fill=CANARY, fill_opacity=0.2)
    yield element("polyline", points=_path(middle), fill="none", stroke=CANARY, stroke_width=2)
    for x, y in middle:
        yield element("circle", cx=x, cy=y, r=2.2, fill=CANARY)


def _path(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
