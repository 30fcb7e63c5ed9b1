"""The steps of a rollout: which share of traffic for how long, and how each one ended."""

from dataclasses import dataclass, replace

from rollout.journal import Event
from rollout.report.events import Journal, between


@dataclass(frozen=True)
class Step:
    """One share of traffic and its time, in seconds since the rollout started."""

    name: str  # "1", "2", ... and "keep" for the time after promotion
    weight: float  # ratio of traffic on the canary
    started_seconds: float
    ended_seconds: float | None  # None while it runs
    outcome: str  # passed | failed | aborted | in doubt | interrupted | running
    extended: str | None = None  # why it could not be decided in its time


def steps(journal: Journal, alive: bool) -> tuple[Step, ...]:
    """Every step in its order; one that an engine left and another took up again appears twice."""
    start = journal[0]["time"]
    done: list[Step] = []
    current: Step | None = None
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


def _opened(event: Event, now: float) -> Step | None:
    if event["event"] == "shifted" and event["weight"] > 0:
        return Step(str(event["step"]), event["weight"], now, None, "running")
    if event["event"] == "promoted":
        return Step("keep", 1.0, now, None, "running")
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
