"""The steps of a rollout, each from its shift to its end. Pure."""

from dataclasses import dataclass, replace

from rollout.journal.events import (  # fmt: skip
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
)
from rollout.journal.orders import GOES_BACK


@dataclass(frozen=True)
class StepRun:
    """One step: a weight and its times, in seconds since the rollout started."""

    name: str  # "1", "2", ... and "keep" for the time after promotion
    weight: float  # ratio of traffic on the canary
    started_seconds: float
    ended_seconds: float | None  # None while it runs
    outcome: str  # passed | failed | aborted | in doubt | interrupted | running
    extended: str | None = None  # why the gates could not decide in time


@dataclass(frozen=True)
class Runs:
    """All steps in order. A step that a second engine took over appears twice."""

    done: tuple[StepRun, ...] = ()
    current: StepRun | None = None
    ordered: bool = False

    def after(self, event: Event, before_seconds: float, now_seconds: float) -> "Runs":
        """The steps after one more event; `before_seconds` is the time of the previous event."""
        ordered, done, current = self.ordered or _orders_back(event), self.done, self.current
        if current and isinstance(event, Extended):
            current = replace(current, extended=event.why)
        outcome = _outcome(event, ordered)
        if current and outcome:
            ended = before_seconds if outcome == "interrupted" else now_seconds
            done, current = (*done, replace(current, ended_seconds=ended, outcome=outcome)), None
        return Runs(done, _opened(event, now_seconds) or current, ordered)

    def until(self, seconds: float, *, alive: bool) -> tuple[StepRun, ...]:
        """All steps. If the engine is not alive, the current one was interrupted after `seconds`."""
        if self.current is None:
            return self.done
        stopped = replace(self.current, ended_seconds=seconds, outcome="interrupted")
        return (*self.done, self.current if alive else stopped)


def _orders_back(event: Event) -> bool:
    """Whether it is an order to go back; `promote` goes on."""
    return isinstance(event, OrderGiven) and event.order in GOES_BACK


def _opened(event: Event, now_seconds: float) -> StepRun | None:
    if isinstance(event, Shifted) and event.weight > 0:
        return StepRun(str(event.step), event.weight, now_seconds, None, "running")
    if isinstance(event, Promoted):
        return StepRun("keep", 1.0, now_seconds, None, "running")
    return None


def _outcome(event: Event, ordered: bool) -> str | None:
    """The outcome with which this event ends the current step, or None."""
    match event:
        case Shifted() | Promoted() | Kept():
            return "passed"
        case Recovered() | Restored():
            return "interrupted"
        case Verdict() | Ended():
            stopped = "aborted" if ordered else "failed"
            return {"promoted": "passed", "in_doubt": "in doubt"}.get(event.verdict, stopped)
    return None
