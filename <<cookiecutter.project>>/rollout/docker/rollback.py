"""Back to a release by its name. Never to "the previous one": after a promotion that can be the broken one."""

from dataclasses import dataclass
from pathlib import Path

from rollout.docker.host import Host, Say
from rollout.docker.image import Image
from rollout.docker.request import StartRequest
from rollout.docker.start import start
from rollout.errors import Refused
from rollout.onhost import names
from rollout.policy import file as policy_file
from rollout.router.split import Slot, other


@dataclass(frozen=True)
class Rollback:
    """The rollout that restores the release. If it was `running` already, its engine was told to go back, and
    its verdict will not be `promoted`."""

    rollout: str
    running: bool


def rollback(host: Host, release: str | None, policy: Path, reason: str, say: Say, *, now: bool) -> Rollback:
    """Restore a release: by the rollout whose engine watches, or by one that is started for it.

    While an engine watches, it goes back at once; a release that is still up gets all traffic at once; any other is
    rolled out through every gate, or without them if `now`. Raises Refused.
    """
    running = host.running_rollout()
    if running and goes_back_to(host, running, release):
        host.order("rollback", running, reason)
        return Rollback(running, running=True)
    stable_slot = host.survey().stable_slot
    wanted = release or standing_release(host, other(stable_slot))
    if wanted is None:
        raise Refused("no other release is up on this host: name the one to go back to, as IMAGE@sha256:…")
    if wanted == standing_release(host, stable_slot):
        raise Refused(f"{wanted} is the stable release already: there is nothing to do")
    at_once = reason if now or wanted == standing_release(host, other(stable_slot)) else None
    request = StartRequest(Image.parse(wanted), policy_file.checked(policy), at_once=at_once)
    return Rollback(start(request, host, say).rollout, running=False)


def goes_back_to(host: Host, rollout: str, release: str | None) -> bool:
    """Whether the running engine, if told to, would restore this release."""
    others = [
        each for slot in names.SLOTS if (each := host.release(slot)) and each.labels.get(names.ROLLOUT) != rollout
    ]
    return release is None or any(each.labels.get(names.RELEASE) == release for each in others)


def standing_release(host: Host, slot: Slot) -> str | None:
    """The release that is up in a slot."""
    standing = host.release(slot)
    return standing.labels.get(names.RELEASE) if standing and standing.state == "running" else None
