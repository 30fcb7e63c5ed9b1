"""The engine's ports, no wider than what it calls. Adapters and fakes implement them."""

from typing import Protocol

from rollout.gates.measure import Metrics
from rollout.journal.events import Event
from rollout.journal.orders import Order, UnknownOrder
from rollout.router.aftermath import Aftermath
from rollout.router.split import Slot, Split
from rollout.router.task import Solved, Unsolved


class Clock(Protocol):
    """`time` is epoch seconds, for the journal and the lease; `monotonic` is for durations."""

    def time(self) -> float: ...
    def monotonic(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


class Health(Protocol):
    """The state of one slot according to the router.

    Since the router started, `downs` counts changes from up to down, and `requests` the requests to the agent's routes.
    `running` is the number of requests in flight, on any route.
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
        """The result of the health check, for people."""
        ...


class Router(Protocol):
    """Splits the traffic between the slots."""

    def shift(self, split: Split) -> None:
        """Apply the split, and read it back. Raises RouterError."""
        ...

    def record(self, aftermath: Aftermath) -> None:
        """Show Prometheus how the rollout has ended. Raises RouterError."""
        ...

    def health(self, slot: Slot) -> Health:
        """The current state of a slot. Raises RouterError."""
        ...

    def answering(self) -> Slot | None:
        """The slot that answers stable's users, checked with a request; None if none does. Raises RouterError."""
        ...

    def solve(self, slot: Slot, task: str, within_seconds: float) -> Solved | Unsolved:
        """Let the release in a slot solve a task, whoever gets the users. Raises RouterError."""
        ...


class WatchedMetrics(Metrics, Protocol):
    """Prometheus, with the query that only the engine needs."""

    def sees(self, release: str) -> bool:
        """Whether it scrapes the release, so that its requests are counted. Raises a MetricsError."""
        ...


class Journal(Protocol):
    """The rollout's events. An event is on disk before anything depends on it."""

    def write(self, event: Event) -> None:
        """Raises OSError."""
        ...


class Orders(Protocol):
    """Orders from people and signals. `done` removes the pending one; raises OSError."""

    def pending(self) -> Order | UnknownOrder | None: ...
    def done(self) -> None: ...
