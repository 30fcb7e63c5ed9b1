"""The status of a host: the releases in its slots, and the running engine."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rollout import text
from rollout.docker.container import Container
from rollout.docker.host import Host
from rollout.onhost import names
from rollout.onhost.survey import Survey
from rollout.router.split import Slot, other

ROLES = ("stable", "other")


@dataclass(frozen=True)
class Snapshot:
    """A snapshot of a host: both slots, stable first, the engine if one is running, foreign containers with one of
    these names, and the slot that has just answered a request to stable."""

    found: Survey
    slots: dict[Slot, Container | None]
    engine: Container | None
    foreign: list[str]
    answering: Slot | None

    @classmethod
    def of(cls, host: Host) -> "Snapshot":
        """Raises Refused or HostFailed."""
        found = host.survey()
        engine = host.engine()
        in_order = (found.stable_slot, other(found.stable_slot))
        slots = {slot: host.release(slot) for slot in in_order}
        foreign = [each.name for each in host.foreign()]
        return cls(found, slots, engine if engine and engine.runs else None, foreign, host.routing().answering)

    @property
    def stable(self) -> str | None:
        """The stable release; None if there is none yet."""
        return self._release(self.found.stable_slot)

    @property
    def answers(self) -> str | None:
        """The release that answers stable's users, or None."""
        return self._release(self.answering) if self.answering else None

    def _release(self, slot: Slot) -> str | None:
        container = self.slots[slot]
        return container.labels.get(names.RELEASE) if container else None


def for_people(host: Host, *, every: bool) -> str:
    """The host's status, and its newest rollout or all of them."""
    rollouts = host.ask("status", "--state", names.STATE, *(["--all"] if every else []))
    return "".join(f"{line}\n" for line in lines(Snapshot.of(host))) + rollouts


def for_programs(host: Host, *, every: bool) -> dict[str, Any]:
    """What `rollout status --json` prints."""
    rollouts = host.ask_json("status", "--state", names.STATE, "--json", *(["--all"] if every else []))
    return {"service": host.project, **document(Snapshot.of(host)), **rollouts}


def lines(snapshot: Snapshot) -> Iterator[str]:
    """For people: a line per slot, and one for the engine."""
    for role, (slot, release) in zip(ROLES, snapshot.slots.items(), strict=True):
        if release is None:
            yield f"{role:7} {slot:6} empty"
            continue
        health = {True: "healthy", False: "not healthy", None: "no health check"}[release.healthy]
        since = release.created.isoformat(timespec="seconds")
        state = f"{release.state}, {health}" if release.state == "running" else release.state
        yield f"{role:7} {slot:6} {release.labels.get(names.RELEASE)}, {state}, created {since}"
    if engine := snapshot.engine:
        yield f"engine         of {engine.labels.get(names.ROLLOUT)}, started by {engine.labels.get(names.BY)}"
    if snapshot.stable and snapshot.answering != snapshot.found.stable_slot:
        instead = f"{snapshot.answers} answers instead" if snapshot.answers else "nobody answers"
        yield f"stable does not answer: {instead}"
    for name in snapshot.foreign:
        yield f"foreign        {name}: a rollout needs this name, and leaves the container alone"
    if snapshot.found.stable_since:
        yield f"stable since {text.moment(snapshot.found.stable_since)}"


def document(snapshot: Snapshot) -> dict[str, Any]:
    """For programs: what `rollout status --json` prints about a host, without its rollouts. Times are epoch seconds."""
    engine = snapshot.engine
    labels = engine.labels if engine else {}
    return {
        "stable": snapshot.stable,
        "stable_since": snapshot.found.stable_since,
        "answering": snapshot.answers,
        "slots": {
            slot: in_slot(role, release) for role, (slot, release) in zip(ROLES, snapshot.slots.items(), strict=True)
        },
        "foreign": snapshot.foreign,
        "engine": {"rollout": labels.get(names.ROLLOUT), "by": labels.get(names.BY)} if engine else None,
    }


def in_slot(role: str, release: Container | None) -> dict[str, Any] | None:
    if release is None:
        return None
    return {
        "role": role,
        "release": release.labels.get(names.RELEASE),
        "state": release.state,
        "healthy": release.healthy,
        "created": release.created.timestamp(),
    }
