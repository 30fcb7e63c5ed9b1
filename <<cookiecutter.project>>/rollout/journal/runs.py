"""The steps that a rollout took, each from its shift to its end. Pure."""

from dataclasses import dataclass, replace

from rollout.journal.events import (
    Ended,
    Event,
    Extended,
    Kept,
    OrderGiven,
    Promoted,
    Recovered,
    Restored,
    Shifted,
    Verdict,
)  # fmt: skip


@dataclass(frozen=True)
class StepRun:
    """One share of traffic and its time, in seconds since the rollout started."""

    name: str  # "1", "2", ... and "keep" for the time after promotion
    weight: float  # ratio of traffic on the canary
    started_seconds: float
    ended_seconds: float | None  # None while it runs
    outcome: str  # passed | failed | aborted | in doubt | interrupted | running
    extended: str | None = None  # why it could not be decided in its time


@dataclass(frozen=True)
class Runs:
    """Every step in its order; one that an engine left and another took up again appears twice."""

    done: tuple[StepRun, ...] = ()
    current: StepRun | None = None
    ordered: bool = False

    def after(self, event: Event, before_seconds: float, now_seconds: float) -> "Runs":
        """`before_seconds` is the time of the event before."""
        ordered, done, current = self.ordered or isinstance(event, OrderGiven), self.done, self.current
        if current and isinstance(event, Extended):
            current = replace(current, extended=event.why)
        outcome = _outcome(event, ordered)
        if current and outcome:
            ended = before_seconds if outcome == "interrupted" else now_seconds
            done, current = (*done, replace(current, ended_seconds=ended, outcome=outcome)), None
        return Runs(done, _opened(event, now_seconds) or current, ordered)

    def until(self, seconds: float, *, alive: bool) -> tuple[StepRun, ...]:
        """All of them; the current one was interrupted after so many seconds if its engine is not alive."""
        if self.current is None:
            return self.done
        stopped = replace(self.current, ended_seconds=seconds, outcome="interrupted")
        return (*self.done, self.current if alive else stopped)


def _opened(event: Event, now_seconds: float) -> StepRun | None:
    if isinstance(event, Shifted) and event.weight > 0:
        return StepRun(str(event.step), event.weight, now_seconds, None, "running")
    if isinstance(event, Promoted):
        return StepRun("keep", 1.0, now_seconds, None, "running")
    return None


def _outcome(event: Event, ordered: bool) -> str | None:
    """How this event ends the step that is open, or None when it does not."""
    match event:
        case Shifted() | Promoted() | Kept():
            return "passed"
        case Recovered() | Restored():
            return "interrupted"
        case Verdict() | Ended():
            stopped = "aborted" if ordered else "failed"
            return {"promoted": "passed", "in_doubt": "in doubt"}.get(event.verdict, stopped)
    return None
