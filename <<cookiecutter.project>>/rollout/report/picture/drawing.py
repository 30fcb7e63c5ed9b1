"""The evidence as one SVG: readable on light and dark pages, without scripts or external fonts."""

import textwrap
from collections.abc import Iterator

from rollout.journal.series import OUTCOMES
from rollout.report.evidence import Evidence, headline
from rollout.report.picture.axis import Axis, axis
from rollout.report.picture.colours import BAD, CANARY, CARD, EDGE, FAINT, GRID, INK, OUTCOME, STABLE, mark
from rollout.report.picture.panel import first_bad_answer, panel, shown, verdict_lines
from rollout.report.picture.strips import strip
from rollout.report.picture.svg import document, element, escaped, fitted, line, rect, text
from rollout.text import moment, number, short

_WIDTH, _LEFT, _RIGHT = 900, 150, 786
_PANEL_TOP, _PANEL_HEIGHT = 112, 128
_STRIP_HEIGHT, _STRIP_GAP = 40, 8
_UNSEEN = element(
    "pattern",
    element("path", d="M0 8L8 0", stroke=CARD, stroke_width=2),
    id="unseen",
    width=8,
    height=8,
    patternUnits="userSpaceOnUse",
)


def picture(evidence: Evidence) -> str:
    """A complete SVG document, 900 pixels wide and as high as its gates need."""
    times = axis(evidence, _LEFT, _RIGHT)
    panel_bottom = _PANEL_TOP + _PANEL_HEIGHT
    bottom = panel_bottom + 14 + len(evidence.gates) * (_STRIP_HEIGHT + _STRIP_GAP)
    height = bottom + 64
    parts = [
        element("title", escaped(headline(evidence))),
        element("defs", _UNSEEN),
        rect(0.5, 0.5, _WIDTH - 1, height - 1, rx=10, fill=CARD, stroke=EDGE),
        *_head(evidence),
        *_grid(evidence, times, _PANEL_TOP, bottom),
        *panel(evidence, times, _PANEL_TOP, panel_bottom),
        *first_bad_answer(evidence, times, _PANEL_TOP, panel_bottom),
    ]
    parts += verdict_lines(evidence, times, _PANEL_TOP, bottom - _STRIP_GAP)
    for index, gate in enumerate(evidence.gates):
        top = panel_bottom + 14 + index * (_STRIP_HEIGHT + _STRIP_GAP)
        parts += strip(gate, times, top, top + _STRIP_HEIGHT)
    parts += _foot(evidence, times, height - 18)
    return document(_WIDTH, height, *parts)


def _head(evidence: Evidence) -> Iterator[str]:
    lines = textwrap.wrap(headline(evidence), 88, max_lines=2, placeholder=" …")
    for index, content in enumerate(lines):
        yield text(24, (34 if len(lines) == 1 else 28) + 20 * index, content, font_size=16, font_weight=700, fill=INK)
    x = _LEFT
    for colour, role, release in (
        (STABLE if evidence.stable else GRID, "stable", evidence.stable or "none yet"),
        (CANARY, "canary", evidence.release),
    ):
        label = f"{role} {fitted(short(release), 32)}"
        yield rect(x, 62, 12, 12, fill=colour, fill_opacity=0.85, rx=2)
        yield text(x + 18, 72, label, font_size=12, fill=INK)
        x += 18 + 7 * len(label) + 24


def _grid(evidence: Evidence, times: Axis, top: float, bottom: float) -> Iterator[str]:
    """The time axis at the bottom, with ticks through all panels."""
    for x, label in times.ticks():
        yield line(x, top, x, bottom - _STRIP_GAP + 4, stroke=GRID)
        yield text(x, bottom + 10, label, font_size=11, fill=FAINT, text_anchor="middle")
    title = "time since start"
    if evidence.speed > 1:
        title += f", {number(evidence.speed)} x faster than the policy"
    if times.change:
        title += "; smaller scale after the promotion"
    yield text((_LEFT + _RIGHT) / 2, bottom + 27, title, font_size=11, fill=FAINT, text_anchor="middle")


def _foot(evidence: Evidence, times: Axis, y: float) -> Iterator[str]:
    """A legend of the marks that occur, and the rollout's name."""
    seen = {point.outcome for gate in evidence.gates for point in gate.points}
    x: float = 24
    for outcome in (known for known in OUTCOMES if known in seen):
        yield mark(outcome, x + 5, y - 4)
        yield text(x + 15, y, outcome, font_size=11, fill=FAINT)
        x += 15 + 7 * len(outcome) + 14
    if evidence.gates:
        yield line(x, y - 4, x + 22, y - 4, stroke=BAD, stroke_width=1.2, stroke_dasharray="5 4")
        yield text(x + 28, y, "limit", font_size=11, fill=FAINT)
        x += 28 + 35 + 14
    if any(gate.weighed for gate in evidence.gates):
        yield rect(x, y - 10, 22, 12, fill=OUTCOME["inconclusive"], fill_opacity=0.2)
        yield text(x + 28, y, "above it by chance", font_size=11, fill=FAINT)
        x += 28 + 118 + 14
    if any(share.inferred for share in shown(evidence, times)):
        yield rect(x, y - 10, 22, 12, fill=STABLE, fill_opacity=0.35)
        yield rect(x, y - 10, 22, 12, fill="url(#unseen)")
        yield text(x + 28, y, "not recorded", font_size=11, fill=FAINT)
    label = f"rollout {fitted(evidence.rollout, 36)}, {moment(evidence.started)}"
    yield text(_WIDTH - 24, y, label, font_size=11, fill=FAINT, text_anchor="end")
