"""The page: one HTML document that needs nothing beside it, and no server."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from rollout import VERSION
from rollout.dashboard import colours, steps
from rollout.dashboard.alerts import alerts
from rollout.dashboard.board import Board
from rollout.dashboard.events import events
from rollout.dashboard.gates import gates
from rollout.dashboard.markup import paragraph, section
from rollout.dashboard.signals import signals
from rollout.live.progress import Progress
from rollout.live.sentences import TONES, canary, stable
from rollout.report import Evidence, gather, headline, picture
from rollout.report.picture.svg import element, escaped
from rollout.text import moment, one_line

FOLDER = Path(__file__).parent
STYLE = (FOLDER / "style.css").read_text(encoding="utf-8") + colours.style()
SCRIPT = (FOLDER / "refresh.js").read_text(encoding="utf-8")
PARTS = {"host": "The host does not answer", "journal": "The journal can't be read", "prometheus": "Prometheus"}
NO_ROLLOUT = "No rollout has started here. The page shows it as soon as one does."


def page(board: Board, every_seconds: float) -> str:
    """The whole page. The browser loads it again every so many seconds; 0 is never. Escapes what it is given, and its
    policy forbids every script, style and resource but its own."""
    evidence = gather(board.story, board.running) if board.story.started else None
    attributes: dict[str, str | float] = {"lang": "en"}
    if every_seconds:
        attributes |= {"data_every": every_seconds, "data_written": round(board.time)}
    parts = head(evidence, every_seconds), body(board, evidence, every_seconds)
    return f"<!doctype html>\n{element('html', *parts, **attributes)}\n"


def head(evidence: Evidence | None, every_seconds: float) -> str:
    allowed = f"style-src {digest(STYLE)}; script-src {digest(SCRIPT)}"
    allowed += "; default-src 'none'; base-uri 'none'; form-action 'none'"
    again = element("noscript", element("meta", http_equiv="refresh", content=f"{every_seconds:g}"))
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=allowed),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", escaped(one_line(headline(evidence)) if evidence else "No rollout yet")),
        again if every_seconds else "",
        element("style", STYLE),
    )


def digest(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def body(board: Board, evidence: Evidence | None, every_seconds: float) -> str:
    progress = steps.of_story(board)
    parts = [top(board, progress, evidence, every_seconds), *troubles(board)]
    if evidence:
        parts += [steps.steps(progress, board.time), steps.traffic(board, progress, evidence), gates(progress)]
    parts += [alerts(board), signals(board, evidence)]
    if evidence:
        parts += [section("gates-over-time", "Gates over time", picture(evidence)), events(board)]
    script = element("script", SCRIPT) if every_seconds else ""
    return element("body", element("main", *parts), script)


def top(board: Board, progress: Progress, evidence: Evidence | None, every_seconds: float) -> str:
    """Which release replaces which, and the verdict in words."""
    if evidence is None:
        title, verdict, tone = "No rollout yet", NO_ROLLOUT, ""
    else:
        before = stable(progress)
        title = f"{canary(progress)} replaces {before}" if before else f"{canary(progress)} is the first release"
        verdict, tone = headline(evidence), TONES.get(evidence.final.verdict, "plain")
    about = f"Rollout {evidence.rollout}, started by {evidence.by} at {moment(evidence.started)}. " if evidence else ""
    about += f"Written at {moment(board.time)} by rollout {VERSION}."
    return element(
        "header",
        element("h1", escaped(one_line(title))),
        element("p", escaped(verdict), role="status", **{"class": f"verdict {tone}"}),
        paragraph(one_line(about), "faint"),
        refresh(every_seconds),
    )


def refresh(every_seconds: float) -> str:
    if not every_seconds:
        return paragraph("The rollout is over: this page does not change any more.", "faint")
    box = element("input", type="checkbox", id="refresh", checked="")
    label = element("label", box, f" Load this page again every {every_seconds:g} s")
    stale = element(
        "p",
        "Nobody has written this page for ",
        element("span", "some", id="age"),
        " s: it shows an earlier state. <code>rollout dashboard</code> has ended, or does not get an answer.",
        id="stale",
        hidden="",
        role="alert",
        **{"class": "bad"},
    )
    return element("p", label) + stale


def troubles(board: Board) -> list[str]:
    """What can't be seen now, and how old is what is shown instead."""
    found = []
    for part, why in board.troubles.items():
        since = f" It shows what was seen at {moment(board.seen.time)}." if part == "prometheus" and board.seen else ""
        said = paragraph(f"{PARTS.get(part, part)}: {one_line(why)}.{since}")
        found.append(element("div", said, role="alert", **{"class": "trouble"}))
    bad = board.story.doubt.as_text(3)
    return found + [
        element("div", paragraph(f"An unreadable line: {one_line(line)}"), **{"class": "trouble"}) for line in bad
    ]
