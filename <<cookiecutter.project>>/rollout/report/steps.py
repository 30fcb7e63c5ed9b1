"""The steps of a rollout, and its verdicts: how each step ended, and what a journal without an end means."""

from dataclasses import dataclass, replace

from rollout.journal import Event, Events, last_of
from rollout.report.events import beginning, between, newest
from rollout.report.traffic import Whereabouts, whereabouts
from rollout.text import percent


@dataclass(frozen=True)
class StepEvidence:
    """One share of traffic and its time, in seconds since the rollout started."""

    name: str  # "1", "2", ... and "keep" for the time after promotion
    weight: float  # ratio of traffic on the canary
    started_seconds: float
    ended_seconds: float | None  # None while it runs
    outcome: str  # passed | failed | aborted | in doubt | interrupted | running
    extended: str | None = None  # why it could not be decided in its time


def steps(journal: Events, alive: bool) -> tuple[StepEvidence, ...]:
    """Every step in its order; one that an engine left and another took up again appears twice."""
    start = journal[0]["time"]
    done: list[StepEvidence] = []
    current: StepEvidence | None = None
    aborted, before = False, 0.0
    for event in journal:
        now = between(start, event["time"])
        aborted = aborted or event["event"] == "order"
        if current and event["event"] == "extended":
            current = replace(current, extended=event.get("why"))
        outcome = _outcome(event, aborted)
        if current and outcome:
            ended = before if outcome == "interrupted" else now
            done.append(replace(current, ended_seconds=ended, outcome=outcome))
            current = None
        current = _opened(event, now) or current
        if event["event"] != "traffic":
            before = now
    if current:
        done.append(current if alive else replace(current, ended_seconds=before, outcome="interrupted"))
    return tuple(done)


def _opened(event: Event, now: float) -> StepEvidence | None:
    if event["event"] == "shifted" and event["weight"] > 0:
        return StepEvidence(str(event["step"]), event["weight"], now, None, "running")
    if event["event"] == "promoted":
        return StepEvidence("keep", 1.0, now, None, "running")
    return None


def _outcome(event: Event, aborted: bool) -> str | None:
    """How this event ends the step that is open, or None when it does not."""
    if event["event"] in ("shifted", "promoted", "kept"):
        return "passed"
    if event["event"] == "recovered":
        return "interrupted"
    if event["event"] in ("verdict", "ended"):
        stopped = "aborted" if aborted else "failed"
        return {"promoted": "passed", "in_doubt": "in doubt"}.get(event["verdict"], stopped)
    return "interrupted" if event["event"] == "restored" else None


RESTS: dict[Whereabouts, str] = {
    "unmoved": "no traffic had been moved, and {stable} serves all of it",
    "leased": "nobody renewed its lease, so the router returned all traffic to {stable}",
    "promoting": "only the router knows whether the promotion took place",
    "promoted": "the new release had been promoted and serves all traffic, unwatched",
    "restored": "all traffic was already back on {stable}",
    "unknown": "the router could not be told to go back, and only it knows where the traffic is",
}

TOO_BUSY = "this machine is too busy to judge a release"
"""A rehearsal's own verdict, whatever its engine said: the traffic went back, and the release is not to blame."""


@dataclass(frozen=True)
class Verdict:
    """One decision, at a time in seconds since the rollout started."""

    verdict: str  # promoted | rolled_back | in_doubt | running
    reason: str
    gate: str | None
    step: int | None  # None before the first
    weight: float  # the canary's ratio of traffic when it was decided
    seconds: float


def verdicts(journal: Events) -> tuple[Verdict, ...]:
    """Every verdict in its order: promoted may be followed by rolled_back."""
    start = journal[0]["time"]
    return tuple(
        Verdict(
            event["verdict"],
            event["reason"],
            event.get("gate"),
            event.get("step") or None,
            event.get("weight") or 0.0,
            between(start, event["time"]),
        )
        for event in journal
        if event["event"] == "verdict"
    )


def final(journal: Events, alive: bool) -> Verdict:
    """The verdict that stands: the one of `ended`, else running or, with a dead engine, in doubt."""
    ended, decided, last = last_of(journal, "ended"), verdicts(journal), newest(journal)
    moved = last_of(journal, "shifted") or {}
    step, weight, seconds = moved.get("step"), moved.get("weight", 0.0), between(journal[0]["time"], last["time"])
    if ended is None:
        verdict = "running" if alive else "in_doubt"
        reason = f"the last entry is {_entry(last)}" if alive else _abandoned(journal)
        return Verdict(verdict, reason, None, step, weight, seconds)
    if decided and decided[-1].verdict == ended["verdict"]:
        step, weight, seconds = decided[-1].step, decided[-1].weight, decided[-1].seconds
    if unjudged := last_of(journal, "unjudged"):
        reason = f"{TOO_BUSY}: {unjudged['why']}"
        return Verdict("in_doubt", reason, None, step, weight, seconds)
    return Verdict(ended["verdict"], ended["reason"], ended.get("gate"), step, weight, seconds)


def _abandoned(journal: Events) -> str:
    """Why nobody can tell how it ended, and where the traffic is nevertheless."""
    stable = beginning(journal).get("stable")
    rests = RESTS[whereabouts(journal)].format(stable=f"stable ({stable})" if stable else "stable")
    return f"the engine died after {_entry(newest(journal))}; {rests}"


def _entry(event: Event) -> str:
    weight = event.get("weight")
    return f"'{event['event']}'" + (f" at {percent(weight)}" if weight is not None else "")
