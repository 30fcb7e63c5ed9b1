"""What to rehearse, as the command line says it."""

import re
from dataclasses import dataclass
from pathlib import Path

from rollout.journal.state import State
from rollout.rehearsal.pace import Asked


@dataclass(frozen=True)
class RehearsalRequest:
    """What to rehearse. `faults` are the offline model's; every duration, theirs too, is of the policy's time."""

    policy: Path
    state: State
    faults: str
    pace: Asked
    first_weight: float
    hold_seconds: float | None  # at most so much of each step's
    keep_seconds: float  # at most so much of the policy's
    keep_going: bool

    @property
    def repository(self) -> Path:
        """What is rehearsed lies beside its policy."""
        return self.policy.parent

    @property
    def release(self) -> str:
        """The candidate's name, made of its faults so that the report speaks for itself."""
        return "rehearsal-" + re.sub(r"[^A-Za-z0-9.]+", "-", self.faults or "good")
