"""The only module that stops or removes a release's container, and decides whether this is allowed.

It asks the router immediately before. The router knows where requests go; Docker is the first to know which container
has stopped.
"""

from rollout.docker.container import Container
from rollout.docker.host import Host
from rollout.errors import StillServing
from rollout.onhost import names
from rollout.onhost.routing import Routing
from rollout.router.split import Slot, other

START = {"paused": "docker unpause"}
STOP_WITHIN_SECONDS = 135
"""A stopping release still answers its requests, whose deadline is 120 s; plus a margin."""


def remove(host: Host, slot: Slot) -> None:
    """Stop and remove the release in a slot, if there is one; it finishes its requests first. Raises StillServing."""
    if container := check(host, slot):
        host.docker.stop(container.id, STOP_WITHIN_SECONDS)
        host.docker.remove(container.id)


def retire(host: Host, slot: Slot) -> None:
    """Stop the release in a slot for good, and leave its container for its log. Raises StillServing."""
    if container := check(host, slot):
        host.docker.retire(container.id, STOP_WITHIN_SECONDS)


def check(host: Host, slot: Slot) -> Container | None:
    """The container in a slot if it may be stopped and removed; None if there is none. Raises StillServing, and
    HostFailed if the router does not answer."""
    container = host.release(slot)
    if container is None:
        return None
    if why := reason_to_stay(slot, host.routing(), host.release(other(slot))):
        release = container.labels.get(names.RELEASE)
        raise StillServing(
            f"{container.name} ({release}) may not be stopped: {why}. To make it the stable release, run "
            f"`rollout rollback {release} --now --reason ...`, with `--unverified ...` if it was never stable here"
        )
    return container


def reason_to_stay(slot: Slot, found: Routing, another: Container | None) -> str | None:
    """Why the release in this slot may not be stopped, or None; `another` is the container in the other slot. Pure."""
    if slot in found.sent:
        return "the router sends requests to it"
    if slot in found.up and not answers(other(slot), found, another):
        return f"it is the only release that answers; {silence(other(slot), found, another)}"
    return None


def answers(slot: Slot, found: Routing, container: Container | None) -> bool:
    """Whether a release answers. The router's health check can be late, and takes long to fail for a paused
    container."""
    return slot in found.up and container is not None and container.state == "running"


def silence(slot: Slot, found: Routing, container: Container | None) -> str:
    """Why a slot does not answer, as text."""
    if container is None:
        return f"the slot {slot} is empty"
    if container.state != "running":
        start = f"`{START.get(container.state, 'docker start')} {container.name}` starts it"
        return f"{container.name} is {container.state} ({start})"
    return f"the health check of {container.name} says {found.checks[slot]}"
