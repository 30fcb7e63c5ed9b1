"""Follow a rollout from anywhere. Argo Rollouts does not depend on its followers."""

import time
from collections.abc import Callable

from rich.console import Console

from rollout.errors import ClusterFailed, PartFailed
from rollout.journal import Event, Story, after
from rollout.journal.story import final
from rollout.kubernetes.look import look
from rollout.kubernetes.port import Reader
from rollout.kubernetes.seen import Attempt, course
from rollout.live.view import View, view_on
from rollout.text import Say

ATTACH_FOR_SECONDS = 600.0
"""How long to retry when the API server can't be reached."""

LOOK_EVERY_SECONDS = 2.0
BEGINS_WITHIN_SECONDS = 30.0

Sleep = Callable[[float], None]


def follow(
    cluster: Reader,
    attempt: Attempt,
    view: View,
    say: Say,
    sleep: Sleep = time.sleep,
    attach_for_seconds: float = ATTACH_FOR_SECONDS,
) -> str:
    """Show the rollout until it is promoted or rolled back; returns its verdict. Raises PartFailed when its objects are
    gone, ClusterFailed when the cluster can't be reached for ten minutes."""
    story, told = Story(), set[tuple[str, float]]()
    lost_at: float | None = None
    while not (verdict := final(story)):
        try:
            for event in events(cluster, attempt):
                if (event.event, event.time) not in told:
                    told.add((event.event, event.time))
                    story = after(story, event)
                    view.entry(event)
            lost_at = None
        except ClusterFailed as error:
            now = time.monotonic()
            if lost_at is None:
                lost_at = now
                say(f"{error}. The rollout continues in the cluster; reconnecting")
            elif now - lost_at > attach_for_seconds:
                raise
        if not final(story):
            sleep(LOOK_EVERY_SECONDS)
    return verdict


def events(cluster: Reader, attempt: Attempt) -> list[Event]:
    """What has happened so far. Raises PartFailed or ClusterFailed."""
    service = look(cluster, attempt.hash)
    found = service.with_hash(attempt.hash)
    if found is None:
        raise PartFailed(f"the ReplicaSet of {attempt.name} was removed, so it is not known how it ended")
    return course(service, found)


def shown(cluster: Reader, attempt: Attempt, console: Console, say: Say) -> str:
    """Like `follow`, with a view for a terminal or a log."""
    with view_on(console) as view:
        return follow(cluster, attempt, view, say)


def until_begun(
    cluster: Reader, rollout: str, sleep: Sleep = time.sleep, within_seconds: float = BEGINS_WITHIN_SECONDS
) -> Attempt:
    """Wait until Argo has made the ReplicaSet of a rollout that was started. Raises PartFailed if it does not, and
    ClusterFailed."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        for attempt in look(cluster).attempts:
            if attempt.name == rollout:
                return attempt
        sleep(LOOK_EVERY_SECONDS / 4)
    raise PartFailed(
        f"Argo Rollouts has not begun {rollout}: its controller may not be running. `rollout doctor` looks at it; once "
        "it runs, it begins the rollout"
    )
