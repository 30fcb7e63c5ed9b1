"""A slot whose release is gone: the router still calls it healthy for as long as its health checks take to fail."""

import time
from collections.abc import Callable

from rollout.engine.ports import Health
from rollout.errors import HostFailed
from rollout.router.split import Slot

EMPTY_WITHIN_SECONDS = 20.0
"""Two health checks that wait their time out, and some more."""

LOOK_EVERY_SECONDS = 0.2


def wait_until_empty(slot: Slot, health: Callable[[Slot], Health], sleep: Callable[[float], None] = time.sleep) -> None:
    """Until the router has seen that nothing answers there, or the next release would pass for healthy before it has
    started. Raises HostFailed when something does answer, RouterError when the router is silent."""
    for _ in range(round(EMPTY_WITHIN_SECONDS / LOOK_EVERY_SECONDS)):
        if not health(slot).up:
            return
        sleep(LOOK_EVERY_SECONDS)
    raise HostFailed(
        f"something answers at the address of the slot {slot}, which is empty: `docker network inspect` lists what "
        "has which address"
    )
