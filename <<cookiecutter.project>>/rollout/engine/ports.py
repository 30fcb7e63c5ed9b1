"""What the engine asks of the world, no wider than it calls it. Fakes plug in here, and so do the adapters."""

from typing import Protocol

from rollout.gates.measure import Metrics
from rollout.journal.events import Event
from rollout.journal.orders import Order
from rollout.router.split import Slot, Split


class Clock(Protocol):
    """`time` is epoch seconds, for records and the lease; `monotonic` is for durations."""

    def time(self) -> float: ...
    def monotonic(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


class Health(Protocol):
    """One slot as the router sees it.

    `downs` counts how often the health check took it from up to down, `requests` what was sent to the agent's routes
    there, since the router started; `running` is what it has not answered yet, of any route.
    """

    @property
    def up(self) -> bool: ...
    @property
    def downs(self) -> int: ...
    @property
    def requests(self) -> int: ...
    @property
    def running(self) -> int: ...
    @property
    def check(self) -> str:
        """What the health check says, for people."""
        ...


class Router(Protocol):
    """Where the traffic goes."""

    def shift(self, split: Split) -> None:
        """Make it so, and confirm it. Raises RouterError."""
        ...

    def health(self, slot: Slot) -> Health:
        """One slot, now. Raises RouterError."""
        ...

    def answering(self) -> Slot | None:
        """The slot that answers those on stable, now: tried with a request. None when nobody answers. Raises
        RouterError."""
        ...


class WatchedMetrics(Metrics, Protocol):
    """Prometheus, with what only the engine asks of it."""

    def sees(self, release: str) -> bool:
        """Whether it has found the release, so that what happens to it is counted; raises a MetricsError."""
        ...


class Journal(Protocol):
    """Where everything is written down, before anything depends on it."""

    def write(self, event: Event) -> None:
        """Raises OSError."""
        ...


class Orders(Protocol):
    """What a person wants now. `done` takes away the one that waits."""

    def pending(self) -> Order | None: ...
    def done(self) -> None: ...
