"""A journal read as evidence: what was to happen, what happened, who decided it and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rollout.journal import Event, Events, last_of
from rollout.report.events import beginning, between, newest
from rollout.report.gates import GateEvidence, gates
from rollout.report.steps import StepEvidence, Verdict, final, steps, verdicts
from rollout.report.traffic import Requests, Share, at_rest, requests, shares
from rollout.text import duration, one_line, percent


@dataclass(frozen=True)
class Evidence:
    """One rollout. `started` and `ended` are epoch seconds; every other time is seconds since `started`."""

    rollout: str
    release: str
    stable: str | None  # None on the very first rollout
    slots: Mapping[str, str]
    by: str
    host: str
    version: str
    target: str
    speed: float
    policy: Mapping[str, Any]
    started: float
    ended: float | None
    seconds: float  # from the start to the last event
    final: Verdict
    verdicts: tuple[Verdict, ...]
    steps: tuple[StepEvidence, ...]
    shares: tuple[Share, ...]
    settled: float | None  # the canary's share from then on; None when it runs or only the router knows
    abandoned: bool  # the engine died and nobody ended the rollout
    gates: tuple[GateEvidence, ...]
    requests: Requests
    ready_seconds: float | None
    first_bad_answer_seconds: float | None  # when the router first passed on a 5xx of the canary
    detection_seconds: float | None  # from the canary's first traffic to the verdict against it
    notice_seconds: float | None  # from its first bad answer to that verdict
    restore_seconds: float | None  # from that verdict until the router said that stable has all traffic
    unrestored: str | None  # why the router could not be told to go back
    drained: Event | None
    kept_seconds: float | None
    orders: tuple[Event, ...]
    recoveries: tuple[Event, ...]


def gather(journal: Events, alive: bool) -> Evidence:
    """Read a journal; `alive` tells whether its engine still holds the lock. Raises NothingThere."""
    started, ended = beginning(journal), last_of(journal, "ended")
    against, ready, kept = _against(journal), last_of(journal, "ready"), last_of(journal, "kept")
    back, first_bad = last_of(journal, "restored", "unrestored") or {}, _first_bad_answer(journal)
    running = ended is None and alive
    return Evidence(
        rollout=started["rollout"],
        release=started["release"],
        stable=started.get("stable"),
        slots=started.get("slots") or {},
        by=started.get("by") or "unknown",
        host=started.get("host") or "unknown",
        version=started.get("version") or "unknown",
        target=started.get("target") or "unknown",
        speed=started.get("speed") or 1,
        policy=started.get("policy") or {},
        started=started["time"],
        ended=ended["time"] if ended else None,
        seconds=between(started["time"], newest(journal)["time"]),
        final=final(journal, alive),
        verdicts=verdicts(journal),
        steps=steps(journal, alive),
        shares=shares(journal),
        settled=None if running else at_rest(journal),
        abandoned=ended is None and not alive,
        gates=gates(journal),
        requests=requests(journal),
        ready_seconds=ready["seconds"] if ready else None,
        first_bad_answer_seconds=_between(started["time"], first_bad),
        detection_seconds=_between(_first_shift(journal), against),
        notice_seconds=_between(first_bad, against),
        restore_seconds=_between(against, back["time"] if back.get("event") == "restored" else None),
        unrestored=back.get("why"),
        drained=last_of(journal, "drained"),
        kept_seconds=kept["seconds"] if kept else None,
        orders=tuple(event for event in journal if event["event"] == "order"),
        recoveries=tuple(event for event in journal if event["event"] == "recovered"),
    )


def _against(journal: Events) -> float | None:
    """When it was decided to take the traffic back; an engine that takes over may say so again."""
    return next((event["time"] for event in journal if event.get("verdict") in ("rolled_back", "in_doubt")), None)


def _first_shift(journal: Events) -> float | None:
    return next((event["time"] for event in journal if event["event"] == "shifted"), None)


def _first_bad_answer(journal: Events) -> float | None:
    traffic = last_of(journal, "traffic")
    return traffic.get("first_bad_answer") if traffic else None


def _between(earlier: float | None, later: float | None) -> float | None:
    """Both are epoch seconds; what never happened, or happened the other way round, has no time between."""
    if earlier is None or later is None or later < earlier:
        return None
    return between(earlier, later)


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
