"""An incident as data: what happens to the service, minute by minute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rollout.rehearsal.faults import offline_model
from rollout.replay.harm import Harm

STABLE, MANAGED, CANDIDATE = "service", "managed", "candidate"
"""The release that serves; the one with the remedy, which gets such requests too; the one that a rollout brings."""

BEFORE = ("LatencyHigh", "ErrorRateHigh", "QueueLong")
"""What a monitoring of latency, errors and queue looks at."""

SLOW_TOOLS = "agent.slow_tools"


@dataclass(frozen=True)
class SlowTool:
    """A tool whose calls take up to so long, from a moment on after the first of them."""

    name: str
    longest_seconds: float
    after_seconds: float = 0.0


@dataclass(frozen=True)
class Service:
    """A release: the faults of the offline model, in the time of production, and other settings."""

    faults: str
    settings: Mapping[str, str] = field(default_factory=dict)
    slow: SlowTool | None = None

    @property
    def module(self) -> str:
        return SLOW_TOOLS if self.slow else "agent"

    def environment(self, speed: float) -> dict[str, str]:
        """Its environment, with every duration divided by the speed."""
        found = {"AGENT_MODEL": offline_model(self.faults, speed), **self.settings}
        if self.slow:
            found["SLOW_TOOL"] = self.slow.name
            found["SLOW_TOOL_SECONDS"] = f"{self.slow.longest_seconds / speed}"
            found["SLOW_TOOL_AFTER_SECONDS"] = f"{self.slow.after_seconds / speed}"
        return found


@dataclass(frozen=True)
class Remedy:
    """The service that has no such incident, and how it differs in words."""

    service: Service
    said: str


@dataclass(frozen=True)
class Rollout:
    """The rollout of another release, `at_minute` of the incident, by the repository's policy from the step
    `first_weight` on. `good_for_minutes` is how long that release is good, if it gets bad later."""

    candidate: Service
    at_minute: float
    first_weight: float = 0.0
    good_for_minutes: float = 0.0


@dataclass(frozen=True)
class Phase:
    """So many minutes at so many requests per second, in production: a faster replay sends more, by its speed."""

    minutes: float
    requests_per_second: float
    tasks: Sequence[str]


@dataclass(frozen=True)
class Line:
    """What the picture shows over time beside the harm: a share of 0..1 from PromQL."""

    said: str
    promql: str


@dataclass(frozen=True)
class Incident:
    """The first `calm` phases are before it. `runbook` is the alert whose page says what to do."""

    name: str
    title: str
    story: str
    service: Service
    harm: Harm
    phases: tuple[Phase, ...]
    runbook: str
    remedy: Remedy | None = None
    rollout: Rollout | None = None
    line: Line | None = None
    calm: int = 1

    @property
    def calm_minutes(self) -> float:
        return sum(phase.minutes for phase in self.phases[: self.calm])
