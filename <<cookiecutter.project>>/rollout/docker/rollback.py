"""Restores a release by its name. "The previous one" is not safe: it may be a broken release."""

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
    """The rollout that restores the release. `running` means that a running rollout was ordered to roll back, so its
    verdict will not be `promoted`."""

    rollout: str
    running: bool

    def exit_code(self, verdict: str) -> int:
        """0 when the verdict means that the release was restored."""
        if self.running:
            return 0 if verdict in ("rolled_back", "in_doubt") else EXIT_CODES["in_doubt"]
        return EXIT_CODES[verdict]


def rollback(host: Host, release: str | None, policy: Path, reason: str, say: Say, *, now: bool) -> Rollback:
    """Restore a release with the running rollout, or start a new rollout for it.

    If the running rollout replaces that release, it is rolled back at once. Otherwise, a release that is still running
    gets all traffic at once, and any other is rolled out with every gate, or without gates if `now`. Raises Refused.
    """
    running = host.running_rollout()
    if running and goes_back_to(host, running, release):
        host.order("rollback", running, reason)
        say(f"ordered the engine of {running} to roll back")
        return Rollback(running, running=True)
    stable_slot = host.survey().stable_slot
    wanted = release or standing_release(host, other(stable_slot))
    if wanted is None:
        raise NoOtherRelease("no other release is running on this host: name the release to restore as IMAGE@sha256:…")
    if wanted == standing_release(host, stable_slot):
        raise AlreadyStable(f"{wanted} is already stable: there is nothing to do")
    at_once = reason if now or wanted == standing_release(host, other(stable_slot)) else None
    request = StartRequest(Image.parse(wanted), policy_for_docker(policy), at_once=at_once)
    return Rollback(start(request, host, say).rollout, running=False)


def goes_back_to(host: Host, rollout: str, release: str | None) -> bool:
    """Whether a rollback of the running rollout would restore this release."""
    others = [
        each for slot in names.SLOTS if (each := host.release(slot)) and each.labels.get(names.ROLLOUT) != rollout
    ]
    return release is None or any(each.labels.get(names.RELEASE) == release for each in others)


def standing_release(host: Host, slot: Slot) -> str | None:
    """The release that is running in a slot, or None."""
    standing = host.release(slot)
    return standing.labels.get(names.RELEASE) if standing and standing.state == "running" else None
