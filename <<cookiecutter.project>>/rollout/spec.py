"""What one rollout is to do and where its parts are: all that an engine is started with, as a JSON file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from rollout.router.split import Slot, other


@dataclass(frozen=True)
class Spec:
    """One rollout. `stable` and `release` are names of releases; paths are absolute."""

    rollout: str
    release: str
    stable: str
    stable_slot: Slot
    by: str
    target: str
    policy: str  # the text of rollout.yaml as it was when the rollout was started
    prometheus: str
    router_socket: str
    router_folder: str
    state: str
    speed: float = 1.0
    first_weight: float = 0.0
    keep_at_most_seconds: float | None = None

    @property
    def canary_slot(self) -> Slot:
        return other(self.stable_slot)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls(**json.loads(path.read_text(encoding="utf-8")))
