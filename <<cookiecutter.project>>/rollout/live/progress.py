"""The state of a rollout, as the live view shows it. Pure: a story in, a state out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rollout.gates import amounts
from rollout.journal import Story
from rollout.journal.events import Reading
from rollout.journal.written import WrittenGate
from rollout.policy.plan import Step

StepState = Literal["done", "now", "ahead", "failed", "in doubt"]
_STATES_AT_THE_END: Mapping[str, StepState] = {"rolled_back": "failed", "in_doubt": "in doubt"}


@dataclass(frozen=True)
class GateReading:
    """A gate's rule, and its last measurement; None before the first one."""

    rule: WrittenGate
    last: Reading | None = None

    @property
    def gate(self) -> str:
        return self.rule.name

    @property
    def outcome(self) -> str:
        """Empty before the first measurement."""
        return self.last.outcome if self.last else ""

    @property
    def is_weighed(self) -> bool:
        """Whether the gate is judged by evidence."""
        return self.last is not None and self.last.evidence is not None

    @property
    def limit(self) -> str:
        """`5 %`, `1 % and 3 x stable`"""
        times = self.rule.weighed.times_stable if self.rule.weighed else None
        source = self.last or self.rule
        return amounts.limit(source.limit, source.unit, times)

    @property
    def canary(self) -> str:
        """`11.7 % (7 of 60)`"""
        return amounts.canary(self.last, self.last.unit) if self.last else "-"

    @property
    def stable(self) -> str:
        """`0.2 % (2 of 1,140)`"""
        return amounts.stable(self.last, self.last.unit) if self.last else ""

    @property
    def evidence(self) -> str:
        """`1.8 of 3.8`"""
        return amounts.evidence(self.last) if self.last else ""

    @property
    def label_value(self) -> str:
        """The worst value of the gate's label, such as `KeyError`."""
        return (self.last.label_value or "") if self.last else ""

    @property
    def besides(self) -> list[str]:
        """`latency_p99 8.2 s`"""
        of_times = self.rule.weighed is not None and self.rule.weighed.slower_than_seconds is not None
        return amounts.besides(self.last, self.gate, of_times=of_times) if self.last else []

    @property
    def why(self) -> str:
        """Why a gate is inconclusive; for a gate that is judged without evidence, the whole detail."""
        if not self.last:
            return ""
        return (self.last.why or "") if self.is_weighed else self.last.detail

    @property
    def note(self) -> str:
        """All of this; for a pass, only the values that are just shown."""
        said = [] if self.outcome == "pass" else [self.label_value, self.why]
        return ", ".join(filter(None, [*said, *self.besides]))


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
        """Time left in the current step or keep; None when neither is running."""
        if self.due_at is None:
            return None
        return max(0.0, self.due_at - (self.stopped_at or now))

    @property
    def _current(self) -> int:
        return len(self.steps) + 1 if self.keeping else self.step

    def state(self, step: int) -> StepState:
        """The state of a step. The keep counts as the step after the last one."""
        if step != self._current:
            return "done" if step < self._current else "ahead"
        if self.stopped_at is None:
            return "now"
        return _STATES_AT_THE_END.get(self.verdict or "", "done")

    def _hold_seconds(self, step: int) -> float:
        return self.steps[step - 1].hold_seconds if 0 < step <= len(self.steps) else 0.0

    def part_done(self, step: int, now: float) -> float:
        """The ratio of a step's time that has passed, 0..1."""
        if step != self._current:
            return float(step < self._current)
        hold = self.keep_seconds if self.keeping else self._hold_seconds(step)
        left = self.left_seconds(now)
        return 1.0 if left is None or not hold else min(1.0, max(0.0, 1 - left / hold))


def progress_of(story: Story) -> Progress:
    """The progress that the story shows; empty before the event `started`."""
    started, verdict = story.started, story.ended or story.verdict
    if started is None:
        return Progress()
    measured = {reading.gate: reading for reading in story.readings}
    return Progress(
        rollout=started.rollout,
        release=started.release,
        stable=started.stable,
        slots={"stable": started.slots.stable, "canary": started.slots.canary},
        target=started.target,
        speed=started.speed,
        started_at=started.time,
        steps=tuple(Step(step.weight, step.hold_seconds) for step in started.policy.steps),
        keep_seconds=started.policy.keep_seconds,
        step=story.step,
        weight=story.weight,
        keeping=story.keeping,
        due_at=story.due_at,
        undecided=story.undecided,
        gates=tuple(GateReading(series.rule, measured.get(gate)) for gate, series in story.series.items()),
        requests=story.requests,
        verdict=verdict.verdict if verdict else None,
        reason=verdict.reason if verdict else "",
        gate=verdict.gate if verdict else None,
        stopped_at=story.stopped_at,
    )
