"""The port to the host that a workflow deploys to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rollout.journal.provenance import Provenance


@dataclass(frozen=True)
class Rollout:
    """A rollout on the host. `verdict` is `running` until it has one; `stable` is the release before it, None for the
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
    """A snapshot of the host: its stable release and newest rollout; None if there is none yet. `answers`: whether
    stable has just answered a request; `earlier`: the rollouts before the newest, oldest first."""

    stable: str | None
    newest: Rollout | None
    answers: bool = True
    earlier: tuple[Rollout, ...] = ()

    @property
    def rollouts(self) -> tuple[Rollout, ...]:
        """All of them, oldest first."""
        return (*self.earlier, self.newest) if self.newest else self.earlier


class Production(Protocol):
    """Every method raises Refused or HostFailed: an unreachable host is an error, never an empty host."""

    def look(self) -> Look: ...

    def start(self, release: str, engine: str, provenance: Provenance) -> str:
        """Start a rollout and follow it; returns the verdict."""
        ...

    def follow(self, rollout: str) -> str:
        """Follow a rollout that is already running; returns the verdict."""
        ...

    def roll_back(self, release: str | None, reason: str, *, now: bool) -> int:
        """Restore a release, with None the one that is still running; returns the exit code. Raises AlreadyStable."""
        ...

    def status(self) -> str:
        """The status of the host with every rollout, as text."""
        ...

    def write_report(self, rollout: str, folder: Path) -> Path:
        """Write Markdown, SVG and JSON; returns the path of the Markdown."""
        ...
