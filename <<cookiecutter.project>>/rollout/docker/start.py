"""A release on a host, from its digest to a running engine. Refuses before it touches anything."""

from dataclasses import dataclass

from rollout.docker.claim import claim
from rollout.docker.examine import examine
from rollout.docker.host import Host, Say
from rollout.docker.placement import Placement
from rollout.docker.request import FIRST, StartRequest


@dataclass(frozen=True)
class Started:
    """A rollout whose engine runs."""

    rollout: str
    first: bool


def start(request: StartRequest, host: Host, say: Say) -> Started:
    """Raises Refused when it can't be: nothing was touched. Raises HostFailed when the host failed half way: stable
    serves, and what was begun is taken away again."""
    found = examine(request, host, say)
    if found.keeping:
        say(f"ending the watch of {found.keeping}: its old release makes room")
        host.end_keep(found.keeping, f"a new rollout begins, of {request.release}")
    spec = request.spec(host, found.release, found.stable_slot)
    placement = Placement(host, spec, claim(host, spec, str(request.engine or host.engine_image), say))
    try:
        placement.begin()
    except BaseException:
        placement.take_away()
        raise
    if spec.stable is None:
        say(f"{FIRST}; it goes live after its health check")
    return Started(spec.rollout, first=spec.stable is None)
