"""What the router says of each slot, added up across its restarts, after which it counts from 0 again."""

from dataclasses import dataclass

from rollout.engine.ports import Health


@dataclass
class SlotHistory:
    """One slot since the rollout began."""

    last: Health | None = None
    _earlier_requests: int = 0
    _downs_before: int = 0

    def see(self, health: Health) -> None:
        """Take in what the router says now."""
        if self.last is None:
            self._earlier_requests = -health.requests  # what came before the rollout does not count
        elif health.requests < self.last.requests:
            self._earlier_requests += self.last.requests
        if self.last and health.downs < self.last.downs:
            self._downs_before = 0
        self.last = health

    @property
    def requests(self) -> int:
        """How many requests were sent to it."""
        return self._earlier_requests + self.last.requests if self.last else 0

    def watch_from_now(self) -> None:
        """From here on it may not go down, not even for a moment."""
        self._downs_before = self.last.downs if self.last else 0

    def trouble(self) -> str | None:
        """A sentence when it is down, or was since `watch_from_now`."""
        if self.last is None:
            return None
        if not self.last.up:
            return f"the canary is down: its health check says {self.last.check}"
        if self.last.downs > self._downs_before:
            return "the canary went down and came back: it is not stable"
        return None
