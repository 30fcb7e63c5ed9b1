"""Draws docs/concepts/evidence.svg: which shares pass and fail a limit of 5 %, by the number of requests. Uses the
engine's own formula."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator

from bench.judgement import policies
from rollout.gates import evidence
from rollout.policy.plan import Gate
from rollout.report.picture.colours import BAD, CARD, EDGE, FAINT, GRID, INK, OUTCOME
from rollout.report.picture.svg import FONT, element, line, rect, text

PICTURE = policies.PROJECT / "docs" / "concepts" / "evidence.svg"
WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 66, 736, 54, 340
FEWEST, MOST = 4, 4000
MARKED = (
    (7, 60, "7 of 60: inconclusive", 12),
    (4, 4, "4 of 4: fail", 14),
    (60, 600, "60 of 600: fail", -12),
)
GREEN = "#1a7f4b"


def picture(gate: Gate) -> str:
    rule = gate.weighed
    assert rule  # noqa: S101  only for gates judged by evidence
    parts = [
        rect(0.5, 0.5, WIDTH - 1, HEIGHT - 1, fill=CARD, stroke=EDGE, rx=8),
        text(24, 30, f"When a limit of {gate.limit.value:.0%} fails", font_size=16, font_weight=700, fill=INK),
        *zones(gate.limit.value, rule.certainty),
        *axes(),
        *marks(),
    ]
    view = f"0 0 {WIDTH} {HEIGHT}"
    return element("svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=view, font_family=FONT) + "\n"


def x(total: float) -> float:
    return LEFT + (RIGHT - LEFT) * math.log(total / FEWEST) / math.log(MOST / FEWEST)


def y(share: float) -> float:
    """On a square-root scale, so that both 5 % and 100 % are visible."""
    return BOTTOM - (BOTTOM - TOP) * math.sqrt(share)


def fails_from(total: float, limit: float, certainty: float) -> float:
    """The share from which `total` requests are enough evidence."""
    return min(1.0, evidence.enough(total, limit, certainty) / total)


def zones(limit: float, certainty: float) -> Iterator[str]:
    totals = [FEWEST * (MOST / FEWEST) ** (step / 120) for step in range(121)]
    curve = "L".join(f"{x(total):.1f} {y(fails_from(total, limit, certainty)):.1f}" for total in totals)
    yield element("path", d=f"M{curve}L{RIGHT} {TOP}L{LEFT} {TOP}z", fill=BAD, fill_opacity=0.1)
    yield element("path", d=f"M{curve}L{RIGHT} {y(limit):.1f}L{LEFT} {y(limit):.1f}z",
                  fill=OUTCOME["inconclusive"], fill_opacity=0.14)  # fmt: skip
    yield rect(LEFT, y(limit), RIGHT - LEFT, BOTTOM - y(limit), fill=GREEN, fill_opacity=0.1)
    yield element("path", d=f"M{curve}", fill="none", stroke=BAD, stroke_width=1.6)
    yield line(LEFT, y(limit), RIGHT, y(limit), stroke=BAD, stroke_width=1.2, stroke_dasharray="5 4")
    for at, share, label, colour in (
        (900, 0.4, "fail: traffic goes back at once", BAD),
        (15.5, 0.16, "inconclusive: this may be chance", "#8a6100"),
        (900, 0.02, "pass, with at_least requests or more", GREEN),
    ):
        yield text(x(at), y(share), label, font_size=13, font_weight=600, fill=colour, text_anchor="middle")


def axes() -> Iterator[str]:
    for share in (0, 0.01, 0.05, 0.1, 0.2, 0.5, 1):
        yield line(LEFT - 4, y(share), LEFT, y(share), stroke=FAINT)
        yield text(LEFT - 8, y(share) + 4, f"{share:.0%}", font_size=11, fill=FAINT, text_anchor="end")
    for total in (4, 10, 25, 60, 150, 600, 1500, 4000):
        yield line(x(total), TOP, x(total), BOTTOM, stroke=GRID)
        yield text(x(total), BOTTOM + 16, f"{total:,}", font_size=11, fill=FAINT, text_anchor="middle")
    middle = (LEFT + RIGHT) / 2
    yield text(middle, BOTTOM + 38, "requests in the window", font_size=12, fill=INK, text_anchor="middle")
    yield text(LEFT - 44, TOP - 8, "share of bad requests", font_size=12, fill=INK, text_anchor="start")


def marks() -> Iterator[str]:
    for bad, total, label, below in MARKED:
        at = y(bad / total)
        anchor = "start" if total < 30 else "middle"
        yield element("circle", cx=x(total), cy=at, r=4, fill=INK)
        place = (x(total) + 10, at + 14) if total < 30 else (x(total), at + below + 4)
        yield text(*place, label, font_size=11, fill=INK, text_anchor=anchor)


def main() -> int:
    PICTURE.write_text(picture(policies.gate_of(policies.shipped(), "errors")), encoding="utf-8")
    print(f"written: {PICTURE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
