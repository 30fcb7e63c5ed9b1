"""What a report is made from, and the same as one JSON object."""

from dataclasses import asdict, dataclass
from typing import Any

from agent.experiments.records import Started
from experiments.compare import Compared
from experiments.file import Definition
from experiments.plan import Plan


@dataclass(frozen=True)
class Point:
    """A difference of those users who came until then, in epoch seconds."""

    until: float
    units: int
    compared: Compared


@dataclass(frozen=True)
class Report:
    """An experiment that has ended. `ending` is what its end wrote to the log; `points` are the decisive metric's, none
    after a mismatch or a stop: nothing was compared."""

    definition: Definition
    plan: Plan
    started: Started
    exposed: tuple[int, int]
    points: tuple[Point, ...]

    @property
    def ending(self) -> dict[str, Any]:
        """How it ended: a decision, or a reason to stop."""
        return self.started.ending or {}

    @property
    def headline(self) -> str:
        """The end in one sentence."""
        return str(self.ending.get("sentence") or f"Stopped without a decision: {self.ending.get('reason', '')}")

    def document(self) -> dict[str, Any]:
        """JSON types only. Shares are 0..1, times are in epoch seconds."""
        policy = self.definition.policy
        return {
            "experiment": self.definition.name,
            "sha256": self.definition.sha256,
            "commit": self.started.source,
            "why": policy.why,
            "owner": policy.owner,
            "started": self.started.at,
            "started_by": self.started.by,
            "ended": self.started.ended_at,
            "ended_by": self.started.ended_by,
            "headline": self.headline,
            "ending": self.ending,
            "exposed": dict(zip(policy.names, self.exposed, strict=True)),
            "planned": dict(zip(policy.names, self.plan.units, strict=True)),
            "sequential": policy.sequential,
            "significance": policy.significance,
            "points": [asdict(point) for point in self.points],
        }
