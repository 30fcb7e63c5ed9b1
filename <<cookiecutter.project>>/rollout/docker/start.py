"""Starts a release on a host. All checks run before anything is touched."""

from dataclasses import dataclass

from rollout.docker.claim import claim
from rollout.docker.examine import examine
from rollout.docker.host import Host
from rollout.docker.placement import Placement
from rollout.docker.request import FIRST, StartRequest
from rollout.text import Say


@dataclass(frozen=True)
class StartedRollout:
    """A rollout whose engine is running."""

    rollout: str
    first: bool


def start(request: StartRequest, host: Host, say: Say) -> StartedRollout:
    """Start a rollout. Raises Refused when a check fails: nothing was touched. Raises HostFailed when a later step
    fails: traffic stays on stable, and the new containers are removed."""
    found = examine(request, host, say)
    if found.keeping:
        say(f"ending the keep phase of {found.keeping}: the slot of its old release is needed")
        if not host.end_keep(found.keeping, f"a rollout of {request.release} is starting"):
            found = examine(request, host, say)
    spec = request.spec(host, found.release, found.stable_slot, found.provenance)
    placement = Placement(host, spec, claim(host, spec, str(request.engine or host.engine_image), say))
    try:
        placement.begin()
    except BaseException:
        placement.take_away()
        raise
    if spec.stable is None:
        say(f"{FIRST}; it gets all traffic once it is healthy")
    return StartedRollout(spec.rollout, first=spec.stable is None)
