"""Back to a release by its name. Never to "the previous one": after a promotion that can be the broken one."""

from pathlib import Path

from rollout.errors import Refused
from rollout.host import names
from rollout.host.host import Host
from rollout.host.image import Image
from rollout.host.start import Say, Started, Wish, look, start
from rollout.router.split import Slot, other


def rollback(host: Host, release: str | None, policy: Path, reason: str, say: Say, *, now: bool) -> Started | str:
    """Restore a release. Returns the rollout that goes back by itself now, or a rollout that was started for it.

    While an engine watches, it goes back at once; a release that is still up gets all traffic at once; any other is
    rolled out through every gate, or without them if `now`. Raises Refused.
    """
    running = running_rollout(host)
    if running and goes_back_to(host, running, release):
        host.order("rollback", running, reason)
        return running
    stable_slot = look(host).stable_slot
    wanted = release or standing_release(host, other(stable_slot))
    if wanted is None:
        raise Refused("no other release is up on this host: name the one to go back to, as IMAGE@sha256:…")
    if wanted == standing_release(host, stable_slot):
        raise Refused(f"{wanted} is the stable release already: there is nothing to do")
    at_once = reason if now or wanted == standing_release(host, other(stable_slot)) else None
    return start(Wish(Image.parse(wanted), policy, at_once=at_once), host, say)


def running_rollout(host: Host) -> str | None:
    """The rollout whose engine runs."""
    engine = host.engine()
    return engine.labels.get(names.ROLLOUT) if engine and engine.runs else None


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
