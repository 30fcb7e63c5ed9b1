"""The alerts: those that fire now, and those that have fired meanwhile."""

from rollout.dashboard.board import Board
from rollout.dashboard.markup import paragraph, section, table, toned
from rollout.metrics.seen import Fired, Firing, Seen
from rollout.report.picture.svg import element, escaped
from rollout.text import duration, listed, moment, one_line, short

HEADS = ("Alert", "Severity", "For", "What it says", "Runbook")
TONES = {"page": "bad", "ticket": "doubtful"}


def alerts(board: Board) -> str:
    parts = content(board.seen)
    if board.seen_before:
        parts.insert(0, paragraph(f"As at {moment(board.seen_before.time)}: what fires now is not known.", "doubtful"))
    return section("alerts", "Alerts", *parts)


def content(seen: Seen | None) -> list[str]:
    if seen is None:
        return [paragraph("Not known: Prometheus has not answered.", "faint")]
    if not seen.firing:
        now = paragraph("No alert fires.")
    else:
        rows = [row(each, seen.time) for each in sorted(seen.firing, key=lambda each: each.since)]
        now = table(f"Alerts that fire ({moment(seen.time)})", HEADS, rows)
    gone = sorted({each.name for each in seen.fired} - {each.name for each in seen.firing})
    return [now, paragraph(f"Fired meanwhile, and no longer: {listed(gone)}.", "faint")] if gone else [now]


def row(alert: Firing, now: float) -> list[str]:
    name = alert.name + (f" ({short(alert.release)})" if alert.release else "")
    return [
        escaped(one_line(name)),
        toned(one_line(alert.severity), TONES.get(alert.severity, "")),
        escaped(duration(max(0.0, now - alert.since))),
        escaped(one_line(alert.summary)),
        element("code", escaped(one_line(alert.runbook))),
    ]


def of_signal(seen: Seen, names: tuple[str, ...]) -> list[Fired]:
    """The alerts with these names, the earliest first."""
    return sorted((each for each in seen.fired if each.name in names), key=lambda each: each.first)
