"""The router's current traffic to each slot, needed before a container is stopped and before reporting who serves."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from rollout.engine.ports import Health
from rollout.onhost import names
from rollout.router.split import Slot, other


class RouterState(Protocol):
    """Raises RouterError when the router does not answer."""

    def current(self) -> Mapping[str, str]: ...
    def health(self, slot: Slot) -> Health: ...
    def answering(self) -> Slot | None: ...


@dataclass(frozen=True)
class Routing:
    """`up` are the slots whose health check passes. `sent` are the slots that the split sends requests to, stable
    first. `answering` is the slot that has just answered a request to stable, or None; if stable is down, it may be the
    other one. `checks` are the results of the health checks, as text."""

    up: list[Slot]
    sent: list[Slot]
    answering: Slot | None
    checks: dict[Slot, str]

    @property
    def stable_slot(self) -> Slot:
        return self.sent[0]


def routing(router: RouterState, now: Callable[[], float] = time.time) -> Routing:
    """Ask the router. Raises RouterError."""
    healths = {slot: router.health(slot) for slot in names.SLOTS}
    return Routing(
        up=[slot for slot, health in healths.items() if health.up],
        sent=sent_requests(router.current(), now()),
        answering=router.answering(),
        checks={slot: health.check for slot, health in healths.items()},
    )


def sent_requests(split: Mapping[str, str], now_seconds: float) -> list[Slot]:
    """The slots that a split sends requests to, stable first; the other one only during its lease. Pure."""
    stable: Slot = "green" if split.get("stable") == "green" else "blue"
    leased = int(split.get("until_ms", 0)) > now_seconds * 1000 and int(split.get("weight", 0)) > 0
    return [stable, other(stable)] if leased else [stable]
