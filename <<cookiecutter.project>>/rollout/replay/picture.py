"""The picture of a replay: the harm minute by minute, a line beside it, and when each alert fired."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from rollout.replay.incident import BEFORE
from rollout.replay.outcome import Outcome
from rollout.report.picture.colours import BAD, CARD, EDGE, FAINT, GRID, INK, STABLE
from rollout.report.picture.svg import document, element, escaped, line, rect, text
from rollout.text import number

WIDTH, LEFT, RIGHT = 900, 60, 870
TOP, BOTTOM = 96, 300
ROW = 22
MOST_TICKS = 12
TICKS_MINUTES = (10, 20, 30, 60)
OF_A_ROLLOUT = "the new release's share of the traffic"


def picture(found: Outcome) -> str:
    """A complete SVG document, 900 pixels wide."""
    marks = moments(found)
    height = BOTTOM + 40 + ROW * (len(marks) + 2)
    parts = [
        element("title", escaped(found.incident.title)),
        rect(0.5, 0.5, WIDTH - 1, height - 1, rx=10, fill=CARD, stroke=EDGE),
        text(24, 34, found.incident.title, font_size=16, font_weight=700, fill=INK),
        *legend(found),
        *grid(found),
        *harm(found),
        *shown(found),
        *marked(found, marks),
        text(LEFT, height - 18, ending(found), font_size=12, fill=FAINT),
    ]
    return document(WIDTH, height, *parts)


def moments(found: Outcome) -> list[tuple[str, float]]:
    """What happened when: each alert, and what the rollout decided."""
    every = [(f"{name}, after", minute) for name, minute in found.fired.items()]
    if found.promoted is not None:
        every.append(("promoted, after", found.promoted))
    if found.taken_back is not None and found.rollout:
        every.append((f"taken back by {found.rollout.by}, after", found.taken_back))
    return sorted(every, key=lambda each: each[1])


def x_of(found: Outcome, minute: float) -> float:
    return LEFT + (RIGHT - LEFT) * (min(max(minute, found.first), found.end) - found.first) / (found.end - found.first)


def y_of(share: float) -> float:
    """Of a share of all answers, or of the line: 1 is the top."""
    return BOTTOM - (BOTTOM - TOP) * min(1.0, share)


def legend(found: Outcome) -> Iterator[str]:
    beside = found.incident.line.said if found.incident.line else OF_A_ROLLOUT
    said = [(LEFT, BAD, f"answers that {found.incident.harm.said}, share of each minute")]
    said += [(460, STABLE, beside)] if found.line else []
    for x, colour, words in said:
        yield rect(x, 54, 12, 12, fill=colour, fill_opacity=0.85, rx=2)
        yield text(x + 18, 64, words, font_size=12, fill=INK)


def grid(found: Outcome) -> Iterator[str]:
    for share in (0.0, 0.5, 1.0):
        yield line(LEFT, y_of(share), RIGHT, y_of(share), stroke=GRID)
        yield text(LEFT - 8, y_of(share) + 4, f"{100 * share:.0f} %", font_size=11, fill=FAINT, text_anchor="end")
    every = next((each for each in TICKS_MINUTES if (found.end - found.first) / each <= MOST_TICKS), TICKS_MINUTES[-1])
    for minute in range(math.ceil(found.first / every) * every, int(found.end) + 1, every):
        x = x_of(found, minute)
        yield line(x, TOP, x, BOTTOM, stroke=GRID)
        yield text(x, BOTTOM + 16, f"{minute} m", font_size=11, fill=FAINT, text_anchor="middle")


def harm(found: Outcome) -> Iterator[str]:
    """A bar for each minute with harmed answers."""
    times: tuple[Sequence[float], ...] = [each.minute for each in found.asked], found.harmed
    asked, harmed = (Counter(math.floor(each) for each in of) for of in times)
    for minute, count in sorted(harmed.items()):
        left, right, top = x_of(found, minute), x_of(found, minute + 1), y_of(count / asked[minute])
        yield rect(left, top, right - left, BOTTOM - top, fill=BAD, fill_opacity=0.6)


def shown(found: Outcome) -> Iterator[str]:
    seen = [(minute, share) for minute, share in found.line if not math.isnan(share) and minute <= found.end]
    if seen:
        points = " ".join(f"{x_of(found, minute):.1f},{y_of(share):.1f}" for minute, share in seen)
        yield element("polyline", points=points, fill="none", stroke=STABLE, stroke_width=2)


def marked(found: Outcome, marks: Sequence[tuple[str, float]]) -> Iterator[str]:
    """A line down from each moment to its name, which no line crosses."""
    places = [(x_of(found, minute), BOTTOM + 40 + ROW * row) for row, (_, minute) in enumerate(marks)]
    for x, y in places:
        yield line(x, TOP, x, y, stroke=INK, stroke_dasharray="4 3")
    for (x, y), (name, minute) in zip(places, marks, strict=True):
        at, anchor = (x - 6, "end") if x > (LEFT + RIGHT) / 2 else (x + 6, "start")
        said = f"{name} {number(minute)} m: {found.harmed_until(minute)} harmed by then"
        around: dict[str, str | float] = {"stroke": CARD, "stroke_width": 5, "paint_order": "stroke"}
        yield text(at, y, said, font_size=12, fill=INK, text_anchor=anchor, **around)


def ending(found: Outcome) -> str:
    said = "" if found.before else f"{', '.join(BEFORE)}: never. "
    if remedy := found.incident.remedy:
        managed = sum(each.is_harm for each in found.managed)
        said += f"With {remedy.said}: {managed} of {len(found.managed)} harmed."
    return said.strip()
