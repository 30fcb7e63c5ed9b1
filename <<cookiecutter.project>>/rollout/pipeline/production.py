"""The port to the host that a workflow deploys to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Newest:
    """The newest rollout on the host. `verdict` is `running` until it has one; `stable` is the release before it, None
    for the first release."""

    rollout: str
    release: str
    stable: str | None
    verdict: str
    headline: str


@dataclass(frozen=True)
class Look:
    """A snapshot of the host: its stable release and newest rollout; None if there is none yet. `answers`: whether
    stable has just answered a request."""

    stable: str | None
    newest: Newest | None
    answers: bool = True


class Production(Protocol):
    """Every method raises Refused or HostFailed: an unreachable host is an error, never an empty host."""

    def look(self) -> Look: ...

    def start(self, release: str, engine: str) -> str:
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
