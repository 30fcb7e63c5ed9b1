"""Restores a release by its name. "The previous one" is not safe: it may be a broken release."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rollout.docker import examine
from rollout.docker.container import Container
from rollout.docker.host import Host
from rollout.docker.removal import answers, silence
from rollout.docker.request import StartRequest, policy_for_docker
from rollout.docker.start import start
from rollout.errors import AlreadyStable, NoOtherRelease, NotAnswering
from rollout.image import Image
from rollout.journal.allowed import unverified
from rollout.onhost import names
from rollout.onhost.engine_process import EXIT_CODES
from rollout.onhost.routing import Routing
from rollout.router.split import Slot, other
from rollout.text import Say


@dataclass(frozen=True)
class Rollback:
    """The rollout that restores the release. If a running rollout was ordered to roll back, its verdict will not be
    `promoted`, and `back_to` is the slot whose release must answer then."""

    rollout: str
    back_to: Slot | None = None

    def exit_code(self, verdict: str, host: Host) -> int:
        """0 if the release was restored and has answered a request."""
        if self.back_to is None:
            return EXIT_CODES[verdict]
        restored = verdict in ("rolled_back", "in_doubt") and host.routing().answering == self.back_to
        return 0 if restored else EXIT_CODES["in_doubt"]


def rollback(
    host: Host,
    release: str | None,
    policy: Path,
    reason: str,
    say: Say,
    *,
    now: bool,
    unverified_because: str | None = None,
) -> Rollback:
    """Restore a release with the running rollout, or start a new rollout for it.

    If the running rollout replaces that release, it is rolled back at once. Otherwise, a release that is still running
    gets all traffic at once, and any other is rolled out with every gate, or without gates if `now`. Without a name, it
    is the previous release, unless that one was rolled back. One that was never stable here needs a reason,
    `unverified_because`. Raises Refused.
    """
    engine = host.engine()
    running = engine.labels.get(names.ROLLOUT) if engine and engine.runs else None
    if engine and running and (slot := goes_back_to(host, engine, release)):
        host.order("rollback", running, reason)
        say(f"ordered the engine of {running} to roll back")
        return Rollback(running, slot)
    found = host.survey()
    stable, previous = host.release(found.stable_slot), running_release(host, other(found.stable_slot))
    replaced = stable.labels.get(names.RELEASE) if stable else None
    wanted = release or former(previous, [each for each in found.history if each != replaced])
    if stable and stable.state == "running" and wanted == replaced:
        examine.check_answers(host, found.stable_slot, stable)
        raise AlreadyStable(f"{wanted} is already stable: there is nothing to do")
    at_once = reason if now or wanted == previous else None
    provenance = unverified(unverified_because)
    request = StartRequest(Image.parse(wanted), policy_for_docker(policy), at_once=at_once, provenance=provenance)
    return Rollback(start(request, host, say).rollout)


def goes_back_to(host: Host, engine: Container, release: str | None) -> Slot | None:
    """The slot of the wanted release, if rolling back this engine's rollout restores it; None if that needs a new
    rollout, for example for a kept release that no longer answers. Raises NoOtherRelease or NotAnswering."""
    others = {slot: each for slot in names.SLOTS if (each := host.release(slot)) and is_another(each, engine)}
    if not others and release is None:
        raise NoOtherRelease("the release to go back to is gone from this host: name one as IMAGE@sha256:…")
    meant = (slot for slot, each in others.items() if release in (None, each.labels.get(names.RELEASE)))
    if (slot := next(meant, None)) is None:
        return None
    found = host.routing()
    if release and found.stable_slot != slot and not answers(slot, found, others[slot]):
        return None
    check_answers(slot, others[slot], found)
    return slot


def is_another(container: Container, engine: Container) -> bool:
    """Whether a release differs from this engine's. A kept release that gets all traffic at once still has the label of
    the rollout that started it."""
    return all(container.labels.get(name) != engine.labels.get(name) for name in (names.ROLLOUT, names.RELEASE))


def check_answers(slot: Slot, container: Container, found: Routing) -> None:
    """Raises NotAnswering if the release in a slot does not answer: it must not get traffic."""
    if answers(slot, found, container):
        return
    release = container.labels.get(names.RELEASE)
    anew = "" if slot == found.stable_slot else f"; `rollout rollback {release} --now --reason ...` starts it again"
    raise NotAnswering(f"{release} does not answer, so it gets no traffic: {silence(slot, found, container)}{anew}")


def former(running: str | None, history: Sequence[str]) -> str:
    """The default release to go back to: `running`, the one that runs in the other slot, if it was promoted and not
    rolled back. Pure. Raises NoOtherRelease."""
    if running in history and running is not None:
        return running
    good = next((release for release in reversed(history) if release != running), None)
    last = f", such as the last good one: `rollout rollback {good} --reason ...`"
    name = f"name the release to restore{last if good else ' as IMAGE@sha256:…'}"
    if running is None:
        raise NoOtherRelease(f"no other release is running on this host: {name}")
    raise NoOtherRelease(f"{running} is running, but it was rolled back, so it is not the default: {name}")


def running_release(host: Host, slot: Slot) -> str | None:
    """The release that is running in a slot, or None."""
    container = host.release(slot)
    return container.labels.get(names.RELEASE) if container and container.state == "running" else None
