"""Back to a release by its name. Never to "the previous one": after a promotion that can be the broken one."""

from dataclasses import dataclass
from pathlib import Path

from rollout.docker.host import Host, Say
from rollout.docker.image import Image
from rollout.docker.request import StartRequest, policy_for_docker
from rollout.docker.start import start
from rollout.errors import AlreadyStable, NoOtherRelease
from rollout.onhost import names
from rollout.onhost.engine_process import EXIT_CODES
from rollout.router.split import Slot, other


@dataclass(frozen=True)
class Rollback:
    """The rollout that restores the release. If it was `running` already, its engine was told to go back, and
    its verdict will not be `promoted`."""

    rollout: str
    running: bool

    def exit_code(self, verdict: str) -> int:
        """0 when the release was restored, as far as the verdict says it."""
        if self.running:
            return 0 if verdict in ("rolled_back", "in_doubt") else EXIT_CODES["in_doubt"]
        return EXIT_CODES[verdict]


def rollback(host: Host, release: str | None, policy: Path, reason: str, say: Say, *, now: bool) -> Rollback:
    """Restore a release: by the rollout whose engine watches, or by one that is started for it.

    While an engine watches, it goes back at once; a release that is still up gets all traffic at once; any other is
    rolled out through every gate, or without them if `now`. Raises Refused.
    """
    running = host.running_rollout()
    if running and goes_back_to(host, running, release):
        host.order("rollback", running, reason)
        say(f"told the engine of {running} to go back to stable")
        return Rollback(running, running=True)
    stable_slot = host.survey().stable_slot
    wanted = release or standing_release(host, other(stable_slot))
    if wanted is None:
        raise NoOtherRelease("no other release is up on this host: name the one to go back to, as IMAGE@sha256:…")
    if wanted == standing_release(host, stable_slot):
        raise AlreadyStable(f"{wanted} is the stable release already: there is nothing to do")
    at_once = reason if now or wanted == standing_release(host, other(stable_slot)) else None
    request = StartRequest(Image.parse(wanted), policy_for_docker(policy), at_once=at_once)
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
