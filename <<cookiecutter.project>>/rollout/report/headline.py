"""The rollout in one sentence."""

from rollout.report.evidence import Evidence
from rollout.words import duration, one_line, percent


def headline(evidence: Evidence) -> str:
    """`Rolled back at 5 % after 12.4 s: errors: 21.3 % is above 5 %`."""
    unrestored = "; the router could not be told to go back" if evidence.unrestored else ""
    return one_line(f"{outcome(evidence)} {_place(evidence)}: {evidence.final.reason}{unrestored}")


def outcome(evidence: Evidence) -> str:
    """The verdict in plain words; a rollback after a promotion names both."""
    if evidence.final.verdict == "rolled_back" and _was_promoted(evidence):
        return "Promoted, then rolled back"
    return {
        "promoted": "Promoted",
        "rolled_back": "Rolled back",
        "in_doubt": "In doubt",
        "running": "Promoted and still watched" if _was_promoted(evidence) else "Running",
    }[evidence.final.verdict]


def _place(evidence: Evidence) -> str:
    time = duration(evidence.final.seconds)
    if evidence.final.verdict == "promoted" or _was_promoted(evidence):
        return f"after {time}"
    if not evidence.steps:
        return f"before any traffic moved, after {time}"
    return f"at {percent(evidence.final.weight)} after {time}"


def _was_promoted(evidence: Evidence) -> bool:
    return any(verdict.verdict == "promoted" for verdict in evidence.verdicts)
