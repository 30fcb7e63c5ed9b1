"""The flame graph: an SVG in which a call lies below its caller, as wide as its share of the time."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from profiling.parts import IDLE, PARTS
from profiling.samples import Call

WIDTH, ROW = 1200.0, 18.0
LEAST_WIDTH = 1.5
"""In pixels: a narrower call is left out."""

PIXELS_PER_LETTER = 6.6
COLORS = ("#e15759", "#4e79a7", "#59a14f", "#edc948", "#b07aa1", "#9c755f", "#76b7b2", "#f28e2b", "#dddddd")
COLOR = {part: color for (part, _), color in zip(PARTS, COLORS, strict=True)}
STYLE = "text{font:11px monospace;pointer-events:none}rect{stroke:#fff;stroke-width:.5}"


def flame_graph(top: Call) -> str:
    """All calls but the idle loop. Each has its name, its seconds and its share as a tooltip."""
    busy = [each for each in _busy(top) if each.seconds > 0]
    total = sum(each.seconds for each in busy)
    bars: list[str] = []
    deepest = 0
    left = 0.0
    for each in busy:
        for bar, depth in _bars(each, left, 1, total):
            bars.append(bar)
            deepest = max(deepest, depth)
        left += WIDTH * each.seconds / total
    height = (deepest + 1) * ROW
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{height:g}" role="img">'
    return "\n".join([head, f"<style>{STYLE}</style>", *_legend(), *bars, "</svg>"]) + "\n"


def _busy(call: Call) -> Iterator[Call]:
    """The calls that the event loop makes: the outermost ones that are not idle."""
    for each in call.called.values():
        if each.part == IDLE:
            yield from _busy(each)
        else:
            yield each


def _bars(call: Call, left: float, depth: int, total: float) -> Iterator[tuple[str, int]]:
    width = WIDTH * call.seconds / total
    if width < LEAST_WIDTH:
        return
    title = escape(f"{call.name}: {call.seconds:.3f} s, {call.seconds / total:.1%} ({call.part})")
    shown = escape(call.name[: int(width / PIXELS_PER_LETTER)])
    top = depth * ROW
    yield (
        (
            f'<g><title>{title}</title><rect x="{left:.1f}" y="{top:g}" width="{width:.1f}" height="{ROW:g}" '
            f'fill="{COLOR[call.part]}"/><text x="{left + 2:.1f}" y="{top + 13:g}">{shown}</text></g>'
        ),
        depth,
    )
    for each in sorted(call.called.values(), key=lambda each: -each.seconds):
        yield from _bars(each, left, depth + 1, total)
        left += WIDTH * each.seconds / total


def _legend() -> Iterator[str]:
    left = 0.0
    for part, color in COLOR.items():
        if part != IDLE:
            yield f'<rect x="{left:.1f}" y="2" width="12" height="12" fill="{color}"/>'
            yield f'<text x="{left + 16:.1f}" y="13">{escape(part)}</text>'
            left += 34 + PIXELS_PER_LETTER * len(part)
