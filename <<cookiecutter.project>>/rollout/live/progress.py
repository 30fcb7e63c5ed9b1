"""Where a rollout stands, told from its journal's events. Pure: events in, a state out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from rollout.journal import Event
from rollout.policy.plan import Step

StepState = Literal["done", "now", "ahead", "failed", "in doubt"]
_STATES_AT_THE_END: Mapping[str, StepState] = {"rolled_back": "failed", "in_doubt": "in doubt"}


@dataclass(frozen=True)
class GateReading:
    """What a gate last said. The outcome is "" before the first measurement."""

    gate: str
    limit: float
    unit: str
    outcome: str = ""
    value: float | None = None
    detail: str = ""


@dataclass(frozen=True)
class Progress:
    """A rollout at one moment. Times are epoch seconds, weights 0..1; step 0 is before the first shift."""

    rollout: str = ""
    release: str = ""
    stable: str | None = None
    slots: Mapping[str, str] = field(default_factory=lambda: {"stable": "blue", "canary": "green"})
    target: str = ""
    speed: float = 1
    started_at: float = 0
    steps: tuple[Step, ...] = ()
    keep_seconds: float = 0
    step: int = 0
    weight: float = 0
    keeping: bool = False
    due_at: float | None = None
    undecided: bool = False
    gates: tuple[GateReading, ...] = ()
    requests: Mapping[str, int] = field(default_factory=dict)
    verdict: str | None = None
    reason: str = ""
    gate: str | None = None
    stopped_at: float | None = None

    def left_seconds(self, now: float) -> float | None:
        """What is left of the step's (or the keep's) time; None when no time is running."""
        if self.due_at is None:
            return None
        return max(0.0, self.due_at - (self.stopped_at or now))

    @property
    def _current(self) -> int:
        return len(self.steps) + 1 if self.keeping else self.step

    def state(self, step: int) -> StepState:
        """How a step is doing. The keep is the step after the last."""
        if step != self._current:
            return "done" if step < self._current else "ahead"
        if self.stopped_at is None:
            return "now"
        return _STATES_AT_THE_END.get(self.verdict or "", "done")

    def part_done(self, step: int, now: float) -> float:
        """How much of a step's time has passed, 0..1."""
        if step != self._current:
            return float(step < self._current)
        hold = self.keep_seconds if self.keeping else self.steps[step - 1].hold_seconds
        left = self.left_seconds(now)
        return 1.0 if left is None or not hold else min(1.0, max(0.0, 1 - left / hold))


def after(progress: Progress, event: Event) -> Progress:
    """The state after an event. Events that change nothing here, and unknown ones, leave it as it is."""
    change = _CHANGES.get(event["event"])
    return change(progress, event) if change else progress


def _started(_: Progress, event: Event) -> Progress:
    policy = event["policy"]
    return Progress(
        rollout=event["rollout"],
        release=event["release"],
        stable=event["stable"],
        slots=event["slots"],
        target=event["target"],
        speed=event["speed"],
        started_at=event["time"],
        steps=tuple(Step(step["weight"], step["hold_seconds"]) for step in policy["steps"]),
        keep_seconds=policy["keep_seconds"],
        gates=tuple(GateReading(gate["name"], gate["limit"], gate["unit"]) for gate in policy["gates"]),
    )


def _shifted(progress: Progress, event: Event) -> Progress:
    due_at = event["time"] + progress.steps[event["step"] - 1].hold_seconds
    return replace(progress, step=event["step"], weight=event["weight"], due_at=due_at, undecided=False)


def _measured(progress: Progress, event: Event) -> Progress:
    readings = tuple(
        GateReading(each["gate"], each["limit"], each["unit"], each["outcome"], each["value"], each["detail"])
        for each in event["gates"]
    )
    return replace(
        progress,
        step=event["step"],
        weight=event["weight"],
        keeping=event["keep"],
        due_at=event["time"] + event["left_seconds"],
        gates=readings,
        requests=event["requests"],
    )


def _extended(progress: Progress, _: Event) -> Progress:
    return replace(progress, undecided=True)


def _verdict(progress: Progress, event: Event) -> Progress:
    stopped_at = None if event["verdict"] == "promoted" else event["time"]
    return replace(
        progress,
        verdict=event["verdict"],
        reason=event["reason"],
        gate=event["gate"],
        stopped_at=stopped_at,
        undecided=False,
    )


def _promoted(progress: Progress, event: Event) -> Progress:
    return replace(progress, keeping=True, weight=1.0, due_at=event["time"] + progress.keep_seconds)


def _restored(progress: Progress, _: Event) -> Progress:
    return replace(progress, weight=0.0)


def _kept(progress: Progress, event: Event) -> Progress:
    return replace(progress, due_at=event["time"], stopped_at=event["time"])


def _ended(progress: Progress, event: Event) -> Progress:
    return replace(
        progress,
        verdict=event["verdict"],
        reason=event["reason"],
        gate=event["gate"],
        stopped_at=progress.stopped_at or event["time"],
    )


_CHANGES: Mapping[str, Callable[[Progress, Event], Progress]] = {
    "started": _started,
    "shifted": _shifted,
    "measured": _measured,
    "extended": _extended,
    "verdict": _verdict,
    "promoted": _promoted,
    "restored": _restored,
    "kept": _kept,
    "ended": _ended,
}
