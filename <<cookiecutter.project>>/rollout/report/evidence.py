"""A rollout's story as evidence: the plan, the events, the decisions, their authors and reasons."""

from dataclasses import dataclass

from rollout.errors import NothingThere
from rollout.journal import Story
from rollout.journal.doubt import MOST_NAMED
from rollout.journal.events import Drained, Evaluated, OrderGiven, Recovered, Restored, Slots, Started, Unrestored
from rollout.journal.provenance import Provenance
from rollout.journal.runs import StepRun
from rollout.journal.whereabouts import AT_REST
from rollout.journal.written import WrittenPolicy
from rollout.report.gates import GateEvidence, gates
from rollout.report.steps import TimedVerdict, final, verdicts
from rollout.report.traffic import Requests, TrafficShare, requests, shares
from rollout.text import duration, one_line, percent


@dataclass(frozen=True)
class Evidence:
    """One rollout. `started` and `ended` are epoch seconds; every other time is seconds since `started`."""

    rollout: str
    release: str
    stable: str | None  # None on the first rollout
    slots: Slots
    by: str
    host: str
    version: str
    target: str
    provenance: Provenance  # why the release was allowed to go live
    speed: float
    policy: WrittenPolicy
    started: float
    ended: float | None
    seconds: float  # from the start to the last event
    final: TimedVerdict
    verdicts: tuple[TimedVerdict, ...]
    steps: tuple[StepRun, ...]
    shares: tuple[TrafficShare, ...]
    settled: float | None  # the canary's share after the last event; None while running or if only the router knows
    abandoned: bool  # the engine died before it ended the rollout
    gates: tuple[GateEvidence, ...]
    requests: Requests
    ready_seconds: float | None
    evals: Evaluated | None  # None without evals, or before they were over
    first_bad_answer_seconds: float | None  # when the router first passed on a 5xx from the canary
    detection_seconds: float | None  # from the canary's first traffic to the verdict against it
    notice_seconds: float | None  # from its first bad answer to that verdict
    restore_seconds: float | None  # from that verdict until the router confirmed that stable has all traffic
    unrestored: str | None  # why stable could not be given all traffic
    drained: Drained | None
    kept_seconds: float | None
    orders: tuple[OrderGiven, ...]
    recoveries: tuple[Recovered, ...]
    bad_lines: tuple[str, ...]  # the journal's unreadable lines, each with its error


def gather(story: Story, alive: bool) -> Evidence:
    """The evidence in a story; `alive` says whether its engine still holds the lock. Raises NothingThere."""
    started, ended, back = beginning(story), story.ended, story.back
    against, first_bad = _against(story), story.traffic.first_bad_answer if story.traffic else None
    running = ended is None and alive
    return Evidence(
        rollout=started.rollout,
        release=started.release,
        stable=started.stable,
        slots=started.slots,
        by=started.by,
        host=started.host,
        version=started.version,
        target=started.target,
        provenance=started.provenance,
        speed=started.speed,
        policy=started.policy,
        started=started.time,
        ended=ended.time if ended else None,
        seconds=story.seconds,
        final=final(story, alive),
        verdicts=verdicts(story),
        steps=story.runs.until(story.seconds, alive=alive),
        shares=shares(story),
        settled=None if running else AT_REST[story.place],
        abandoned=ended is None and not alive,
        gates=gates(story),
        requests=requests(started, story),
        ready_seconds=story.ready.seconds if story.ready else None,
        evals=story.evaluated,
        first_bad_answer_seconds=_between(started.time, first_bad),
        detection_seconds=_between(story.first_shift_at, against),
        notice_seconds=_between(first_bad, against),
        restore_seconds=_between(against, back.time if isinstance(back, Restored) else None),
        unrestored=back.why if isinstance(back, Unrestored) else None,
        drained=story.drained,
        kept_seconds=story.kept.seconds if story.kept else None,
        orders=story.orders,
        recoveries=story.recoveries,
        bad_lines=story.doubt.as_text(at_most=MOST_NAMED),
    )


def beginning(story: Story) -> Started:
    """The event `started`. Raises NothingThere without one; names a bad line that may have been it."""
    if story.started:
        return story.started
    found = f"its first event is {story.newest.event!r}" if story.newest else "the journal is empty"
    why = "; ".join(story.doubt.as_text()) or found
    raise NothingThere(f"the journal has no event 'started' ({why}): choose another rollout")


def _against(story: Story) -> float | None:
    """When the engine decided to roll back."""
    if story.against:
        return story.against.time
    return story.ended.time if story.ended and story.ended.verdict != "promoted" else None


def _between(earlier: float | None, later: float | None) -> float | None:
    """Both are epoch seconds. None if one is missing, or if the second came first."""
    if earlier is None or later is None or later < earlier:
        return None
    return round(later - earlier, 6)


def headline(evidence: Evidence) -> str:
    """`Rolled back at 5 % after 12.4 s: errors: 21.3 % is above 5 %`."""
    unrestored = "; stable could not be given all traffic" if evidence.unrestored else ""
    return one_line(f"{outcome(evidence)} {_place(evidence)}: {evidence.final.reason}{unrestored}")


def outcome(evidence: Evidence) -> str:
    """The verdict as text; a rollback after a promotion names both."""
    if evidence.final.verdict == "rolled_back" and _was_promoted(evidence):
        return "Promoted, then rolled back"
    return {
        "promoted": "Promoted",
        "rolled_back": "Rolled back",
        "in_doubt": "In doubt",
        "running": "Promoted, gates still active" if _was_promoted(evidence) else "Running",
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
