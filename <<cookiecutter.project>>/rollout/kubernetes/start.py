"""Starts a release in a cluster. All checks run before anything is touched."""

import time
from collections.abc import Callable

from rollout.errors import ClusterFailed, PartFailed
from rollout.kubernetes.examine import examine
from rollout.kubernetes.follow import BEGINS_WITHIN_SECONDS, LOOK_EVERY_SECONDS, Sleep, until_begun
from rollout.kubernetes.look import first_look, look
from rollout.kubernetes.port import Changed, Writer
from rollout.kubernetes.request import StartRequest, operations
from rollout.kubernetes.seen import Attempt
from rollout.text import Say

TRIES = 5
PROMOTED_WITHIN_SECONDS = 60.0


def start(request: StartRequest, cluster: Writer, say: Say, clock: Callable[[], float] = time.time) -> str:
    """Start a rollout; returns its name. One patch does it, at the version of the Rollout that was examined. Raises
    Refused when a check fails: nothing was touched. Raises ClusterFailed when the patch fails."""
    for _ in range(TRIES):
        service = first_look(cluster)
        provenance = examine(request, service, [] if request.at_once else cluster.templates())
        started = request.started(service, provenance, clock())
        try:
            cluster.patch(service.rollout["metadata"]["resourceVersion"], operations(service.rollout, started))
        except Changed:
            continue
        if service.stable is None:
            say(f"{started.at_once}; it gets all traffic once its pods are ready")
        return started.rollout
    raise ClusterFailed("the Rollout changed again and again while it was examined: somebody else is changing it")


def begun(
    request: StartRequest,
    cluster: Writer,
    rollout: str,
    sleep: Sleep = time.sleep,
    within_seconds: float = BEGINS_WITHIN_SECONDS,
) -> Attempt:
    """The attempt, once Argo has begun it; one without steps is then told to take all traffic when its pods are ready.
    Raises PartFailed or ClusterFailed."""
    attempt = until_begun(cluster, rollout, sleep, within_seconds)
    if request.at_once:
        promote_at_once(cluster, attempt, sleep)
    return attempt


def promote_at_once(cluster: Writer, attempt: Attempt, sleep: Sleep) -> None:
    """Skip the steps. Argo forgets it when the pod template changes, so it must have seen that before."""
    deadline = time.monotonic() + PROMOTED_WITHIN_SECONDS
    while time.monotonic() < deadline:
        service = look(cluster, attempt.hash)
        if service.stable and service.stable.hash == attempt.hash:
            return
        found = service.with_hash(attempt.hash)
        if found and service.observed and service.is_current(found):
            try:
                cluster.patch_status(service.rollout["metadata"]["resourceVersion"], {"promoteFull": True})
            except Changed:
                continue
            return
        sleep(LOOK_EVERY_SECONDS / 4)
    raise PartFailed(f"Argo Rollouts has not begun {attempt.name}: its controller may not be running")
