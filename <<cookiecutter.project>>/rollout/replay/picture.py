"""The picture of a replay: wrong answers minute by minute, the fullest context, and when each alert fired."""

import math
from collections import Counter
from collections.abc import Iterator

from rollout.replay.incident import BEFORE
from rollout.replay.outcome import Outcome
from rollout.report.picture.colours import BAD, CARD, EDGE, FAINT, GRID, INK, STABLE
from rollout.report.picture.svg import document, element, escaped, line, rect, text
from rollout.text import number

WIDTH, LEFT, RIGHT = 900, 60, 870
TOP, BOTTOM = 96, 300
ROW = 22
TICKS_MINUTES = 10


def picture(found: Outcome) -> str:
    """A complete SVG document, 900 pixels wide."""
    alerts = sorted(found.fired.items(), key=lambda each: each[1])
    height = BOTTOM + 40 + ROW * (len(alerts) + 2)
    parts = [
        element("title", escaped(found.incident.title)),
        rect(0.5, 0.5, WIDTH - 1, height - 1, rx=10, fill=CARD, stroke=EDGE),
        text(24, 34, found.incident.title, font_size=16, font_weight=700, fill=INK),
        *legend(),
        *grid(found),
        *wrong(found),
        *fullest(found),
        *marks(found, alerts),
        text(LEFT, height - 18, without(found), font_size=12, fill=FAINT),
    ]
    return document(WIDTH, height, *parts)


def x_of(found: Outcome, minute: float) -> float:
    first = -found.incident.phases[0].minutes
    return LEFT + (RIGHT - LEFT) * (minute - first) / (found.end - first)


def y_of(share: float) -> float:
    """Of a share of all answers, or of the context window: 1 is the top."""
    return BOTTOM - (BOTTOM - TOP) * min(1.0, share)


def legend() -> Iterator[str]:
    for x, colour, said in (
        (LEFT, BAD, "wrong answers, share of each minute"),
        (330, STABLE, "fullest context window"),
    ):
        yield rect(x, 54, 12, 12, fill=colour, fill_opacity=0.85, rx=2)
        yield text(x + 18, 64, said, font_size=12, fill=INK)


def grid(found: Outcome) -> Iterator[str]:
    for share in (0.0, 0.5, 1.0):
        yield line(LEFT, y_of(share), RIGHT, y_of(share), stroke=GRID)
        yield text(LEFT - 8, y_of(share) + 4, f"{100 * share:.0f} %", font_size=11, fill=FAINT, text_anchor="end")
    first = -found.incident.phases[0].minutes
    for minute in range(int(first), int(found.end) + 1, TICKS_MINUTES):
        yield line(x_of(found, minute), TOP, x_of(found, minute), BOTTOM, stroke=GRID)
        yield text(x_of(found, minute), BOTTOM + 16, f"{minute} m", font_size=11, fill=FAINT, text_anchor="middle")


def wrong(found: Outcome) -> Iterator[str]:
    """A bar for each minute with wrong answers."""
    asked, harmed = (Counter(math.floor(each) for each in times) for times in (found.asked, found.harmed))
    for minute, count in sorted(harmed.items()):
        left, right, top = x_of(found, minute), x_of(found, minute + 1), y_of(count / asked[minute])
        yield rect(left, top, right - left, BOTTOM - top, fill=BAD, fill_opacity=0.6)


def fullest(found: Outcome) -> Iterator[str]:
    seen = [(minute, share) for minute, share in found.fullest if not math.isnan(share) and minute <= found.end]
    if seen:
        points = " ".join(f"{x_of(found, minute):.1f},{y_of(share):.1f}" for minute, share in seen)
        yield element("polyline", points=points, fill="none", stroke=STABLE, stroke_width=2)


def marks(found: Outcome, alerts: list[tuple[str, float]]) -> Iterator[str]:
    """A line down from each alert's moment to its name, which no line crosses."""
    places = [(x_of(found, min(minute, found.end)), BOTTOM + 40 + ROW * row) for row, (_, minute) in enumerate(alerts)]
    for x, y in places:
        yield line(x, TOP, x, y, stroke=INK, stroke_dasharray="4 3")
    for (x, y), (name, minute) in zip(places, alerts, strict=True):
        at, anchor = (x - 6, "end") if x > (LEFT + RIGHT) / 2 else (x + 6, "start")
        said = f"{name}, after {number(minute)} m: {found.harmed_until(minute)} wrong answers by then"
        around: dict[str, str | float] = {"stroke": CARD, "stroke_width": 5, "paint_order": "stroke"}
        yield text(at, y, said, font_size=12, fill=INK, text_anchor=anchor, **around)


def without(found: Outcome) -> str:
    if found.before:
        return ""
    names = ", ".join(BEFORE)
    return (
        f"{names}: never. With {found.incident.remedy_in_words}: {found.managed_harmed} of {found.managed_asked} wrong."
    )
