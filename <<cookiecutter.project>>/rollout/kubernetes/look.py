"""Looks at the service in a namespace, and finds a rollout by its name."""

from rollout.errors import ClusterFailed, NoCluster, NoRolloutYet, UnknownRollout
from rollout.journal import Story
from rollout.kubernetes.port import Reader
from rollout.kubernetes.seen import Attempt, Service, story
from rollout.kubernetes.seen.service import service_of
from rollout.onhost.survey import Outline


def first_look(cluster: Reader) -> Service:
    """Like `look`, but a cluster that does not answer was never touched. Raises NoCluster or Forbidden."""
    try:
        return look(cluster)
    except ClusterFailed as error:
        raise NoCluster(f"{error}. Nothing was touched") from error


def look(cluster: Reader, attempt: str | None = None) -> Service:
    """The service; with the hash of an attempt, only with the analysis runs of that one, which are large. Raises
    NoCluster, Forbidden or ClusterFailed."""
    return service_of(cluster.namespace, cluster.rollout(), cluster.replica_sets(), cluster.analysis_runs(attempt))


def named(service: Service, rollout: str) -> Attempt:
    """Raises UnknownRollout."""
    for attempt in service.attempts:
        if attempt.name == rollout:
            return attempt
    raise UnknownRollout(f"there is no rollout {rollout}: `rollout status --all` lists all rollouts")


def newest(service: Service) -> Attempt:
    """Raises NoRolloutYet."""
    if not service.attempts:
        raise NoRolloutYet("no rollout yet in this namespace: `rollout start IMAGE@sha256:…` starts the first")
    return service.attempts[-1]


def running(service: Service) -> Attempt | None:
    """The attempt that Argo is working on, or whose gates are still active after its promotion."""
    attempt = service.newest
    if attempt is None or attempt is service.stable:
        return None
    return None if ended(service, attempt) else attempt


def outlines(service: Service) -> list[Outline]:
    """Each rollout's outline, oldest first."""
    stories = [story(service, attempt) for attempt in service.attempts]
    return [Outline(each.started, each.promoted, each.stayed, each.keeps) for each in stories]


def ended(service: Service, attempt: Attempt) -> bool:
    found: Story = story(service, attempt)
    return found.ended is not None
