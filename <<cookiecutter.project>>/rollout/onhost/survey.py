"""What `rollout start` wants to know of a host before it touches anything; runs beside the data, as the engine will.

Everything that would stop the engine is refused here: a silent router, a map that can't be written, a full disk, a
Prometheus that is away or refuses a query.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
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
"""Several rollouts' journals."""

ROLLOUTS_LOOKED_AT = 50
IMAGE_NEEDS_BYTES = 1024**3
"""An image being unpacked beside the one that it replaces."""


class SplitReader(Protocol):
    """The running router's own word."""

    def current(self) -> Mapping[str, str]:
        """Raises RouterError."""
        ...


@dataclass(frozen=True)
class Survey:
    """`running` says who holds the lock, unless that engine only watches a promoted release: that one is `keeping`.
    `history` are the releases that were promoted and not taken back, the oldest first; `stable_since` is in epoch
    seconds."""

    stable_slot: Slot
    running: str | None
    keeping: str | None
    newest: str | None
    history: list[str]
    stable_since: float | None


@dataclass(frozen=True)
class Outline:
    """What counts of one rollout's story."""

    started: Started | None
    promoted: Promoted | None
    stayed: bool
    keeps: bool


def survey(state: State, router: SplitReader) -> Survey:
    """What the host's own records say. Raises Refused when the router is silent."""
    stories = dict(told(state))
    stayed = [story.started.release for story in stories.values() if story.started and story.stayed]
    since = [story.promoted.time for story in stories.values() if story.promoted and story.stayed]
    holder = str(lock.holder(state.lock()).get("rollout")) if lock.is_held(state.lock()) else None
    keeping = holder if holder and holder in stories and stories[holder].keeps else None
    try:
        stable = router.current().get("stable")
    except RouterError as error:
        raise Refused(f"the router can't be told anything: {error}. Is it running? `docker compose up -d`") from error
    begun = [rollout for rollout, story in stories.items() if story.started or rollout == holder]
    return Survey(
        stable_slot="green" if stable == "green" else "blue",
        running=lock.describe(state.lock()) if holder and not keeping else None,
        keeping=keeping,
        newest=begun[-1] if begun else None,
        history=stayed,
        stable_since=since[-1] if since else None,
    )


def told(state: State) -> Iterator[tuple[str, Outline]]:
    """The newest rollouts' names and what counts of their stories, the oldest first; one at a time, since a story holds
    the measurements too. A journal that can't be read is left out: `rollout status --all` names it."""
    for path in state.journals()[-ROLLOUTS_LOOKED_AT:]:
        with suppress(NothingThere):
            story = outline(path)
            yield path.stem, Outline(story.started, story.promoted, story.stayed, story.keeps)


def check(state: State, router_folder: Path, prometheus: str, policy_text: str, release: str) -> None:
    """Try what the engine will need; the gates' queries unless `release` is empty. Raises Refused."""
    for folder in (state.folder, router_folder):
        if not os.access(folder, os.W_OK):
            raise Refused(f"{folder} can't be written by user {os.getuid()}: run `docker compose up -d` again")
    check_disks(
        [
            (state.folder, STATE_NEEDS_BYTES, "journals"),
            (router_folder, STATE_NEEDS_BYTES, "the split"),
            (Path("/"), IMAGE_NEEDS_BYTES, "images"),
        ]
    )
    gates = plan(policy_file.parse(policy_text, "rollout.yaml")).gates
    if release:
        preflight.check(gates, release, release, Prometheus(prometheus))


def check_disks(needs: Sequence[tuple[Path, int, str]]) -> None:
    """`needs` are a folder, the bytes that must be free there, and what for. Raises Refused."""
    for folder, needed, what in needs:
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise Refused(
                f"the host's disk is too full: {free // 1024**2} MB free for {what}, {needed // 1024**2} MB are needed."
                " `rollout prune` removes what no release needs any more"
            )
