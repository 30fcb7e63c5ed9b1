"""A slot's health and request count over a rollout. A restarted router counts from 0; this adds up its counts."""

from dataclasses import dataclass

from rollout.engine.ports import Health


@dataclass
class SlotHistory:
    """One slot since the rollout began."""

    last: Health | None = None
    _earlier_requests: int = 0
    _downs_before: int = 0

    def update(self, health: Health) -> None:
        """Add the router's current state of the slot."""
        if self.last is None:
            self._earlier_requests = -health.requests  # requests before the rollout do not count
        elif health.requests < self.last.requests:
            self._earlier_requests += self.last.requests
        if self.last and health.downs < self.last.downs:
            self._downs_before = 0
        self.last = health

    @property
    def requests(self) -> int:
        """Requests sent to the slot since the rollout began."""
        return self._earlier_requests + self.last.requests if self.last else 0

    def watch_from_now(self) -> None:
        """From now on, any time down counts as trouble, however short."""
        self._downs_before = self.last.downs if self.last else 0

    def trouble(self) -> str | None:
        """A message if the slot is down, or was down since `watch_from_now`."""
        if self.last is None:
            return None
        if not self.last.up:
            return f"the canary is down: its health check says {self.last.check}"
        if self.last.downs > self._downs_before:
            return "the canary went down and came back up"
        return None
