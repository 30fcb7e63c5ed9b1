"""The picture's upper panel: each release's share of traffic, the steps, the verdict."""

from collections.abc import Iterator

from rollout.journal.runs import StepRun
from rollout.report.evidence import Evidence
from rollout.report.picture.axis import Axis
from rollout.report.picture.colours import CANARY, CARD, FAINT, GRID, INK, STABLE, VERDICTS
from rollout.report.picture.svg import line, rect, text
from rollout.report.steps import TimedVerdict
from rollout.report.traffic import TrafficShare
from rollout.text import duration, percent

_PIXELS_A_LETTER = 7.3  # at 12 px in the widest of the fonts; a larger value only makes labels wider
_CRISP = {"shape_rendering": "crispEdges"}  # without it, a seam shows between two areas


def panel(evidence: Evidence, axis: Axis, top: float, bottom: float) -> Iterator[str]:
    """The stacked areas between two heights, with the steps' weights in the band above them."""
    yield from _scale(axis, top, bottom)
    for share in shown(evidence, axis):
        yield from _areas(share, STABLE if evidence.stable else GRID, axis, top, bottom)
    yield from _steps(evidence.steps, axis, top)


def verdict_lines(evidence: Evidence, axis: Axis, top: float, bottom: float) -> Iterator[str]:
    """A line through the whole picture at every verdict, with its label on the upper panel."""
    decided = evidence.verdicts
    if evidence.abandoned:
        decided = (*decided, evidence.final)
    for index, verdict in enumerate(decided):
        colour = VERDICTS.get(verdict.verdict, FAINT)
        x = axis.x(verdict.seconds)
        yield line(x, top, x, bottom, stroke=colour, stroke_width=1.8)
        gone = evidence.abandoned and verdict is evidence.final
        yield from _label(_text(verdict, gone), x, top + 14 + 24 * index, axis, colour)


def first_bad_answer(evidence: Evidence, axis: Axis, top: float, bottom: float) -> Iterator[str]:
    """The canary's first bad answer, at the foot of the upper panel: shows how long the verdict took."""
    seconds = evidence.first_bad_answer_seconds
    if seconds is None:
        return
    x = axis.x(seconds)
    yield line(x, top, x, bottom, stroke=CARD, stroke_width=1.2, stroke_dasharray="3 3")
    yield from _label(f"first bad answer, {duration(seconds)}", x, bottom - 30, axis, CARD, INK)


def shown(evidence: Evidence, axis: Axis) -> list[TrafficShare]:
    """The shares of traffic; the last one extends to the picture's edge."""
    shares = list(evidence.shares)
    if evidence.settled is not None:
        inferred = evidence.abandoned or evidence.unrestored is not None
        shares.append(TrafficShare(axis.ended_seconds, axis.knots[-1][0], evidence.settled, inferred))
    return shares


def _scale(axis: Axis, top: float, bottom: float) -> Iterator[str]:
    for ratio in (0.0, 0.5, 1.0):
        y = bottom - ratio * (bottom - top)
        yield line(axis.left, y, axis.right, y, stroke=GRID)
        yield text(axis.left - 8, y + 4, percent(ratio), font_size=11, fill=FAINT, text_anchor="end")
    for index, label in enumerate(("share of", "traffic")):
        y = (top + bottom) / 2 - 2 + 15 * index
        yield text(axis.left - 54, y, label, font_size=12, font_weight=600, fill=INK, text_anchor="end")


def _areas(share: TrafficShare, stable: str, axis: Axis, top: float, bottom: float) -> Iterator[str]:
    x, width = axis.x(share.started_seconds), axis.x(share.ended_seconds) - axis.x(share.started_seconds)
    middle = bottom - share.canary * (bottom - top)
    opacity = 0.35 if share.inferred else 0.85
    yield rect(x, top, width, middle - top, fill=stable, fill_opacity=opacity, **_CRISP)
    yield rect(x, middle, width, bottom - middle, fill=CANARY, fill_opacity=opacity, **_CRISP)
    if share.inferred:
        yield rect(x, top, width, bottom - top, fill="url(#unseen)")


def _steps(steps: tuple[StepRun, ...], axis: Axis, top: float) -> Iterator[str]:
    free = axis.left - 20
    for step in steps:
        left = axis.x(step.started_seconds)
        right = axis.end if step.ended_seconds is None else axis.x(step.ended_seconds)
        yield line(left, top - 18, left, top, stroke=FAINT, stroke_width=1)
        if left + 5 >= free:  # otherwise it would cover the label of the step before
            label = "kept" if step.name == "keep" else percent(step.weight)
            yield text(left + 5, top - 6, label, font_size=12, font_weight=600, fill=INK)
            free = left + 5 + _PIXELS_A_LETTER * len(label) + 4
        yield line(left, top - 18, max(left, right), top - 18, stroke=FAINT, stroke_width=1)


def _text(verdict: TimedVerdict, gone: bool) -> str:
    time = duration(verdict.seconds)
    if gone:
        return f"last sign of the engine, {time}"
    gate = f": {verdict.gate}" if verdict.gate else ""
    return f"{verdict.verdict.replace('_', ' ')}{gate}, {time}"


def _label(label: str, x: float, y: float, axis: Axis, colour: str, ink: str = CARD) -> Iterator[str]:
    """A label next to a vertical line, on the side with enough room."""
    width = _PIXELS_A_LETTER * len(label) + 14
    left = x - width if x - width > axis.left else x
    yield rect(left, y - 11, width, 21, fill=colour, stroke=CARD, stroke_width=1, rx=3)
    yield text(left + width / 2, y + 4, label, font_size=12, font_weight=600, fill=ink, text_anchor="middle")
