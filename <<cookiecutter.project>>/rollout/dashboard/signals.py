"""The five signals of both releases."""

from collections.abc import Iterator

from rollout.dashboard.alerts import of_signal
from rollout.dashboard.board import Board
from rollout.dashboard.chart import LEFT, RIGHT, Curve, Mark, chart
from rollout.dashboard.markup import paragraph, section
from rollout.journal.runs import StepRun
from rollout.metrics.seen import Points, Seen
from rollout.metrics.signals import SIGNALS, Line, Signal
from rollout.report.evidence import Evidence
from rollout.report.picture.axis import Axis
from rollout.report.picture.colours import BAD, CANARY, FAINT, STABLE, VERDICTS
from rollout.report.picture.svg import element, escaped
from rollout.text import listed, percent, quantity, short

OTHER_COLOURS = (STABLE, CANARY)
DASHES_IN_WORDS = ("solid", "dashed", "dotted")


def signals(board: Board, evidence: Evidence | None) -> str:
    """The charts; or why there are none."""
    if board.seen is None:
        why = board.troubles.get("prometheus", "Prometheus has not been asked yet")
        return section("signals", "Signals", paragraph(f"Not known: {why}.", "faint"))
    times = [time for lines in board.seen.series.values() for points in lines.values() for time, _ in points]
    if not times:
        return section("signals", "Signals", paragraph("Prometheus has no values of this time.", "faint"))
    start = evidence.started if evidence else board.seen.time
    axis = Axis(((min(times) - start, LEFT), (max(*times, min(times) + 1) - start, RIGHT)), max(times) - start)
    roles = of_releases(board.seen, evidence)
    figures = [figure(signal, board.seen, roles, axis, start, evidence) for signal in SIGNALS]
    keys = paragraph(f"{legend(roles)}. A vertical line is a step, a verdict, or an alert that began to fire.", "faint")
    return section("signals", "Signals", keys, element("div", *figures, **{"class": "charts"}))


def of_releases(seen: Seen, evidence: Evidence | None) -> dict[str, tuple[str, str]]:
    """Each release's role and colour. Without a rollout, the releases that have values."""
    if evidence:
        roles = {evidence.release: ("canary", CANARY)}
        return {**roles, evidence.stable: ("stable", STABLE)} if evidence.stable else roles
    found = sorted({release for lines in seen.series.values() for release in lines})
    return {release: (short(release), colour) for release, colour in zip(found, OTHER_COLOURS, strict=False)}


def legend(roles: dict[str, tuple[str, str]]) -> str:
    colours = {CANARY: "green", STABLE: "blue"}
    return ", ".join(f"{colours[colour]}: {role} {short(release)}" for release, (role, colour) in roles.items())


def figure(
    signal: Signal,
    seen: Seen,
    roles: dict[str, tuple[str, str]],
    axis: Axis,
    start: float,
    evidence: Evidence | None,
) -> str:
    curves: list[Curve] = []
    newest: list[str] = []
    for dash, line in enumerate(signal.lines):
        for release, (role, colour) in roles.items():
            points = values(seen, line, release)
            curves.append(Curve(colour, [(time - start, value) for time, value in points], dash))
            newest += [f"{role} {line.name} {quantity(points[-1][1], signal.unit)}"] if points else []
    said = f"Newest: {', '.join(newest)}" if newest else "No values"
    if signal.limit is not None:
        said += f". Alert above {quantity(signal.limit, signal.unit)}"
    marks = [
        *of_rollout(evidence),
        *(Mark(each.first - start, each.name, BAD) for each in of_signal(seen, signal.alerts)),
    ]
    picture = chart(f"{signal.title} over time. {said}", signal.unit, curves, signal.limit, axis, marks)
    dashes = listed([f"{line.name} {style}" for line, style in zip(signal.lines, DASHES_IN_WORDS, strict=False)])
    title = f"{signal.title}: {dashes}" if len(signal.lines) > 1 else signal.title
    caption = element("figcaption", element("h3", escaped(title)), paragraph(said, "faint"))
    return element("figure", caption, picture)


def values(seen: Seen, line: Line, release: str) -> Points:
    """The line's values; of a share, those at times with a whole."""
    points = seen.series.get(line.record, {}).get(release, [])
    if line.of is None:
        return points
    whole = dict(seen.series.get(line.of, {}).get(release, []))
    return [(time, value / whole[time]) for time, value in points if whole.get(time)]


def of_rollout(evidence: Evidence | None) -> Iterator[Mark]:
    if evidence is None:
        return
    for step in evidence.steps:
        yield Mark(step.started_seconds, label(step), FAINT)
    for verdict in evidence.verdicts:
        yield Mark(verdict.seconds, verdict.verdict.replace("_", " "), VERDICTS.get(verdict.verdict, FAINT))


def label(step: StepRun) -> str:
    return "keep" if step.name == "keep" else percent(step.weight)
