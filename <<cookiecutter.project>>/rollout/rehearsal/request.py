"""What to rehearse, as the command line says it."""

import re
from dataclasses import dataclass
from pathlib import Path

from rollout.journal.state import State
from rollout.rehearsal.pace import Asked

DURATION = re.compile(r"(?<==)(\d+(?:\.\d+)?)(ms|s|m)(?=,|$)")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}


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

    def model(self, speed: float) -> str:
        """The candidate's model; a fault's duration is divided by the speed, as the limits are."""
        faults = DURATION.sub(lambda found: f"{float(found[1]) * SECONDS[found[2]] / speed:.6f}s", self.faults)
        return f"offline:{faults}" if faults else "offline"
