"""Waits until a slot is empty for the router, whose health checks take a while to fail after a release is gone."""

import time
from collections.abc import Callable

from rollout.engine.ports import Health
from rollout.errors import HostFailed
from rollout.router.split import Slot

EMPTY_WITHIN_SECONDS = 20.0
"""Two health checks that time out, plus a margin."""

LOOK_EVERY_SECONDS = 0.2


def wait_until_empty(slot: Slot, health: Callable[[Slot], Health], sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait until the router reports the slot as down; otherwise the next release would count as healthy too early.
    Raises HostFailed when the slot still answers, RouterError when the router does not answer."""
    for _ in range(round(EMPTY_WITHIN_SECONDS / LOOK_EVERY_SECONDS)):
        if not health(slot).up:
            return
        sleep(LOOK_EVERY_SECONDS)
    raise HostFailed(
        f"the slot {slot} is empty, but something answers at its address: find it with `docker network inspect`, and "
        "remove it"
    )
