"""The port to the host or cluster that a workflow deploys to."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rollout.journal.provenance import Provenance


@dataclass(frozen=True)
class Rollout:
    """A rollout there. `verdict` is `running` until it has one; `stable` is the release before it, None for the
    first release; `started` is in epoch seconds."""

    rollout: str
    release: str
    stable: str | None
    started: float
    verdict: str
    headline: str
    provenance: Provenance

    @property
    def decided_at(self) -> float:
        """When its release was approved, or else when somebody started it, in epoch seconds."""
        return self.started if self.provenance.approved_at is None else self.provenance.approved_at


@dataclass(frozen=True)
class Look:
    """A snapshot: the stable release and newest rollout; None if there is none yet. `answers`: whether
    stable has just answered a request; `earlier`: the rollouts before the newest, oldest first."""

    stable: str | None
    newest: Rollout | None
    answers: bool = True
    earlier: tuple[Rollout, ...] = ()

    @property
    def rollouts(self) -> tuple[Rollout, ...]:
        """All of them, oldest first."""
        return (*self.earlier, self.newest) if self.newest else self.earlier


def look_in(found: Mapping[str, Any]) -> Look:
    """What `rollout status --all --json` prints."""
    rollouts = [read(rollout) for rollout in found["rollouts"]]
    answers = found["answering"] == found["stable"]
    return Look(found["stable"], rollouts[-1] if rollouts else None, answers, tuple(rollouts[:-1]))


def read(rollout: Mapping[str, Any]) -> Rollout:
    """One of `status --json`. A later engine may add keys."""
    return Rollout(
        rollout["rollout"],
        rollout["release"],
        rollout["stable"],
        rollout["started"],
        rollout["verdict"],
        rollout["headline"],
        Provenance.model_validate(rollout["provenance"]),
    )


class Production(Protocol):
    """Every method raises Refused, HostFailed, ClusterFailed or PartFailed: what can't be reached is an error, never an
    empty host or cluster."""

    def look(self) -> Look: ...

    def start(self, release: str, engine: str, provenance: Provenance) -> str:
        """Start a rollout and follow it; returns the verdict. In a cluster, Argo Rollouts takes the engine's place."""
        ...

    def follow(self, rollout: str) -> str:
        """Follow a rollout that is already running; returns the verdict."""
        ...

    def roll_back(self, release: str | None, reason: str, *, now: bool) -> int:
        """Restore a release, with None the one that is still running; returns the exit code. Raises AlreadyStable."""
        ...

    def status(self) -> str:
        """The status with every rollout, as text."""
        ...

    def write_report(self, rollout: str, folder: Path) -> Path:
        """Write Markdown, SVG and JSON; returns the path of the Markdown."""
        ...
