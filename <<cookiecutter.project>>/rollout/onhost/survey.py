"""Checks a host before `rollout start` touches anything; runs on the host, like the engine.

Refuses everything that would stop the engine: a router that does not answer, a map that can't be written, a full disk,
a Prometheus that does not answer or rejects a query.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rollout.errors import NothingThere, Refused, RouterError
from rollout.gates import preflight
from rollout.journal import lock
from rollout.journal.events import Promoted, Started
from rollout.journal.outline import outline
from rollout.journal.state import State
from rollout.metrics.prometheus import Prometheus
from rollout.policy import file as policy_file
from rollout.policy.plan import plan
from rollout.router.split import Slot

STATE_NEEDS_BYTES = 32 * 1024**2
"""Enough for the journals of several rollouts."""

ROLLOUTS_LOOKED_AT = 50
IMAGE_NEEDS_BYTES = 1024**3
"""Enough to unpack an image before the old one is removed."""

Need = tuple[Path, int, str]
"""A folder, the bytes that must be free there, and their purpose."""


class SplitReader(Protocol):
    """The split as the running router reports it."""

    def current(self) -> Mapping[str, str]:
        """Raises RouterError."""
        ...


class Probe(Protocol):
    """Sends a request through the router."""

    def answering(self) -> Slot | None:
        """Raises RouterError."""
        ...


@dataclass(frozen=True)
class Survey:
    """`running` describes the holder of the lock; if it only watches a promoted release, `keeping` names it instead.
    `history` lists the releases that were promoted and not rolled back since, neither by their own newest rollout nor
    by a rollback to another release, oldest first; `former` lists every release that was stable. Both look at the
    newest ROLLOUTS_LOOKED_AT rollouts. `stable_since` is in epoch seconds."""

    stable_slot: Slot
    running: str | None
    keeping: str | None
    newest: str | None
    history: list[str]
    former: list[str]
    stable_since: float | None


@dataclass(frozen=True)
class Outline:
    """The part of a rollout's story that a survey needs."""

    started: Started | None
    promoted: Promoted | None
    stayed: bool
    keeps: bool


def survey(state: State, router: SplitReader) -> Survey:
    """Read the state of the host from its router and journals. Raises Refused when the router does not answer."""
    stories = dict(outlines(state))
    since = [story.promoted.time for story in stories.values() if story.promoted and story.stayed]
    held = lock.is_held(state.lock())
    holder = lock.holder(state.lock()) if held else None
    keeping = holder if holder and holder in stories and stories[holder].keeps else None
    try:
        stable = router.current().get("stable")
    except RouterError as error:
        raise Refused(f"the router does not answer: {error}. Start it with `docker compose up -d`") from error
    begun = [rollout for rollout, story in stories.items() if story.started or rollout == holder]
    return Survey(
        stable_slot="green" if stable == "green" else "blue",
        running=None if keeping else lock.describe(state.lock()) if held else lock.trouble(state.lock()),
        keeping=keeping,
        newest=begun[-1] if begun else None,
        history=history(stories.values()),
        former=former(stories.values()),
        stable_since=since[-1] if since else None,
    )


def history(stories: Iterable[Outline]) -> list[str]:
    """The releases that were promoted, oldest first, without those that were rolled back later. Pure."""
    stayed: list[str] = []
    good: dict[str, bool] = {}
    for story in stories:
        if story.started is None:
            continue
        good[story.started.release] = story.stayed
        if story.stayed:
            stayed.append(story.started.release)
            if story.started.at_once and story.started.stable:
                good[story.started.stable] = False
    return [release for release in stayed if good[release]]


def former(stories: Iterable[Outline]) -> list[str]:
    """The releases that were promoted, or that a rollout found stable, also if they were rolled back later; the
    newest last. Pure."""
    known: dict[str, None] = {}
    for story in stories:
        if story.started and story.started.stable:
            last(known, story.started.stable)
        if story.started and story.promoted:
            last(known, story.started.release)
    return list(known)


def last(known: dict[str, None], release: str) -> None:
    known.pop(release, None)
    known[release] = None


def outlines(state: State) -> Iterator[tuple[str, Outline]]:
    """Yield the newest rollouts' names and outlines, oldest first. One at a time, to save memory: a story holds all
    measurements. Skips unreadable journals; `rollout status --all` names them."""
    for path in state.journals()[-ROLLOUTS_LOOKED_AT:]:
        with suppress(NothingThere):
            story = outline(path)
            yield path.stem, Outline(story.started, story.promoted, story.stayed, story.keeps)


def check(state: State, router_folder: Path, prometheus: str, policy_text: str, release: str) -> None:
    """Check what the engine needs; the gates' queries only if `release` is not empty. Raises Refused."""
    for folder in (state.folder, router_folder):
        if not os.access(folder, os.W_OK):
            raise Refused(f"{folder} is not writable for user {os.getuid()}: run `docker compose up -d` again")
    check_disks(disk_needs(state.folder, router_folder))
    gates = plan(policy_file.parse(policy_text, "rollout.yaml")).gates
    if release:
        preflight.check(gates, release, release, Prometheus(prometheus))


def check_probe(router: Probe) -> None:
    """Check that the router accepts the requests with which an engine checks who answers. Raises Refused."""
    try:
        router.answering()
    except RouterError as error:
        raise Refused(
            f"{error}. Its configuration is older than the engine: update the host with `docker compose run --rm "
            "prepare`, and reload the router (docs/guides/prepare-a-host.md)"
        ) from error


def disk_needs(state_folder: Path, router_folder: Path) -> list[Need]:
    """What a rollout needs."""
    return [
        (state_folder, STATE_NEEDS_BYTES, "journals"),
        (router_folder, STATE_NEEDS_BYTES, "the split"),
        (Path("/"), IMAGE_NEEDS_BYTES, "images"),
    ]


def check_disks(needs: Sequence[Need]) -> None:
    """Raises Refused."""
    for folder, needed, what in needs:
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise Refused(
                f"the host's disk is too full: {free // 1024**2} MB free for {what}, {needed // 1024**2} MB are needed."
                " `rollout prune` frees space"
            )
