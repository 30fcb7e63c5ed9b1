"""The picture's colours. Each outcome has its own shape too, for readers with colour blindness."""

from rollout.report.picture.svg import element

STABLE, CANARY = "#3b7dd8", "#2da866"
INK, FAINT, GRID, CARD, EDGE = "#1f2328", "#59636e", "#e3e7eb", "#ffffff", "#d1d9e0"
BAD = "#cf222e"
VERDICTS = {"promoted": "#1a7f4b", "rolled_back": BAD, "in_doubt": "#9a6700"}
OUTCOME = {"pass": "#57606a", "fail": BAD, "error": "#8250df", "inconclusive": "#bf8700", "no data": "#8c959f"}


def mark(outcome: str, x: float, y: float) -> str:
    """A measurement's mark: dot, red diamond, cross, amber ring, grey ring."""
    colour = OUTCOME.get(outcome, FAINT)
    if outcome == "fail":
        path = f"M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z"
        return element("path", d=path, fill=colour, stroke=CARD, stroke_width=1)
    if outcome == "error":
        path = f"M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6"
        return element("path", d=path, stroke=colour, stroke_width=1.6, fill="none")
    if outcome == "pass":
        return element("circle", cx=x, cy=y, r=2.2, fill=colour)
    return element("circle", cx=x, cy=y, r=2.8, fill=CARD, stroke=colour, stroke_width=1.5)
