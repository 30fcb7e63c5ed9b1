"""What stands on a host: who is stable, what is kept, what runs."""

from collections.abc import Iterator

from rollout.docker.host import Host
from rollout.onhost import names
from rollout.router.split import Slot, other


def standing(host: Host, stable_slot: Slot) -> Iterator[str]:
    """A line for each slot and for the engine."""
    for role, slot in (("stable", stable_slot), ("other", other(stable_slot))):
        release = host.release(slot)
        if release is None:
            yield f"{role:7} {slot:6} empty"
            continue
        health = {True: "healthy", False: "not healthy", None: "without health check"}[release.healthy]
        since = release.created.isoformat(timespec="seconds")
        state = f"{release.state}, {health}" if release.state == "running" else release.state
        yield f"{role:7} {slot:6} {release.labels.get(names.RELEASE)}, {state}, made {since}"
    engine = host.engine()
    if engine and engine.runs:
        yield f"engine         of {engine.labels.get(names.ROLLOUT)}, by {engine.labels.get(names.BY)}"
