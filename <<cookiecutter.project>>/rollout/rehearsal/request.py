"""The request of the command line: what to rehearse."""

import re
from dataclasses import dataclass
from pathlib import Path

from rollout.journal.state import State
from rollout.rehearsal.pace import Asked


@dataclass(frozen=True)
class RehearsalRequest:
    """What to rehearse. `faults` are the offline model's. All durations, including theirs, are in the policy's time."""

    policy: Path
    state: State
    faults: str
    pace: Asked
    first_weight: float
    hold_seconds: float | None  # the most to use of each step's time
    keep_seconds: float  # the most to use of the policy's keep
    keep_going: bool
    dashboard: Path | None = None  # the page to write

    @property
    def repository(self) -> Path:
        """The repository to rehearse: the folder of the policy."""
        return self.policy.parent

    @property
    def release(self) -> str:
        """The canary's name: its faults, so that the report explains itself."""
        return "rehearsal-" + re.sub(r"[^A-Za-z0-9.]+", "-", self.faults or "good")
