"""What a rollout leaves to a person, as the router shows it to Prometheus until the next rollout starts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Aftermath:
    """When the rollout ended in doubt, and when stable could not be given all traffic, in epoch seconds; 0 if not."""

    in_doubt_at: int = 0
    unrestored_at: int = 0

    def entries(self) -> dict[str, str]:
        """The keys and values of the router's map."""
        return {"in_doubt_at": str(self.in_doubt_at), "unrestored_at": str(self.unrestored_at)}
