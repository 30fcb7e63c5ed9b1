"""What a workflow asks of the host that it deploys to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Newest:
    """The newest rollout on the host. `verdict` is `running` until it has one; `stable` is the release before it, None
    for the first."""

    rollout: str
    release: str
    stable: str | None
    verdict: str
    headline: str


@dataclass(frozen=True)
class Look:
    """The host at one moment: its stable release, and its newest rollout. None where there is none yet."""

    stable: str | None
    newest: Newest | None


class Production(Protocol):
    """Each raises Refused or HostFailed: a host that can't be asked is never taken for an empty one."""

    def look(self) -> Look: ...

    def start(self, release: str, engine: str) -> str:
        """Begin a rollout, and watch it to its verdict."""
        ...

    def follow(self, rollout: str) -> str:
        """Watch one that was begun before to its verdict."""
        ...

    def roll_back(self, release: str | None, reason: str, *, now: bool) -> int:
        """Back to a release, None for the one that is still up; the exit code. Raises AlreadyStable."""
        ...

    def status(self) -> str:
        """Who is stable, and every rollout, for people."""
        ...

    def write_report(self, rollout: str, folder: Path) -> Path:
        """Markdown, picture and JSON; the path of the Markdown."""
        ...
