"""What a rollout leaves to a person, as the router shows it to Prometheus until the next rollout starts."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Aftermath:
    """When the rollout ended in doubt, and when stable could not be given all traffic, in epoch seconds; 0 if not."""

    in_doubt_at: int = 0
    unrestored_at: int = 0

    @classmethod
    def at(cls, time: float, *, in_doubt: bool, unrestored: bool) -> Self:
        """What happened at this time."""
        return cls(round(time) if in_doubt else 0, round(time) if unrestored else 0)

    def entries(self) -> dict[str, str]:
        """The keys and values of the router's map."""
        return {"in_doubt_at": str(self.in_doubt_at), "unrestored_at": str(self.unrestored_at)}
