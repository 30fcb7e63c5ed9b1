"""The gates: value, limit, evidence, and stable's value beside it."""

from rollout.dashboard.markup import section, table, toned
from rollout.live.progress import GateReading, Progress
from rollout.report.picture.svg import escaped
from rollout.text import one_line

HEADS = ("Gate", "Outcome", "Canary", "Limit", "Evidence", "Stable", "Why")
TONES = {"pass": "good", "fail": "bad", "error": "bad", "inconclusive": "doubtful"}


def gates(progress: Progress) -> str:
    rows = [row(gate) for gate in progress.gates]
    return section("gates", "Gates", table("Each gate at the newest measurement", HEADS, rows))


def row(gate: GateReading) -> list[str]:
    shown = [gate.canary, gate.limit, gate.evidence, gate.stable, one_line(gate.note)]
    outcome = toned(gate.outcome or "not measured yet", TONES.get(gate.outcome, ""))
    return [escaped(gate.gate), outcome, *(escaped(each) for each in shown)]
