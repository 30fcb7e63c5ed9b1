"""The engine's input, as JSON: the releases, the policy, and the addresses of the router and Prometheus."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from rollout.errors import OtherVersion
from rollout.router.split import Slot, other


@dataclass(frozen=True)
class Spec:
    """One rollout. `stable` and `release` are names of releases; paths are absolute."""

    rollout: str
    release: str
    stable: str | None  # None on the very first rollout
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
    hold_at_most_seconds: float | None = None
    keep_at_most_seconds: float | None = None
    provenance: dict[str, Any] = field(default_factory=dict)  # why it may go live: the journal's Provenance
    at_once: str | None = None  # the reason to move all traffic without steps and gates

    @property
    def canary_slot(self) -> Slot:
        return other(self.stable_slot)

    def text(self) -> str:
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises OtherVersion: an engine that does not know every field must not start."""
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError) as error:
            raise OtherVersion(
                f"the engine can't read its spec ({error}): its image may have another version"
            ) from error
