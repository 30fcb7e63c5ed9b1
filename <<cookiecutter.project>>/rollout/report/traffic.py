"""The traffic over time, and the requests that each release answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from rollout.journal import Story
from rollout.journal.events import Started, TrafficTotals
from rollout.journal.whereabouts import ShareChange


@dataclass(frozen=True)
class TrafficShare:
    """The canary's ratio of traffic between two times, in seconds since the rollout started."""

    started_seconds: float
    ended_seconds: float
    canary: float
    inferred: bool  # follows from the lease; no engine recorded it


def shares(story: Story) -> tuple[TrafficShare, ...]:
    """The canary's share from the start to the last event, without the times when it is unknown."""
    return tuple(
        TrafficShare(change.seconds, until.seconds, change.canary, change.inferred)
        for change, until in pairwise([*story.share_changes, ShareChange(story.seconds, None)])
        if change.canary is not None and until.seconds > change.seconds
    )


_NO_LOAD = "the router counts only answers; sent and lost requests are known in rehearsals only"
_NOT_COUNTED = "Argo Rollouts counts none: the gates measure them in Prometheus"
_NOTHING = "there are no measurements, so no requests were counted"


@dataclass(frozen=True)
class ReleaseRequests:
    """One release's answers; errors is None if only the router counted."""

    release: str
    role: str  # stable | canary | other
    answered: int
    errors: int | None


@dataclass(frozen=True)
class Requests:
    """Counts over the whole rollout; None means `unknown`, never zero."""

    source: str  # "load": the rehearsal's clients counted; "router": the last totals measured
    sent: int | None
    answered: int | None
    lost: int | None
    releases: tuple[ReleaseRequests, ...]
    why_unknown: str | None
    last_canary_request_after_verdict_seconds: float | None = None
    lost_by_kind: Mapping[str, int] = field(default_factory=dict)
    late: int | None = None  # due but not sent because too many were unanswered


def requests(started: Started, story: Story) -> Requests:
    """From the rehearsal's event `traffic` if there is one, else from the router's totals."""
    return _from_load(started, story.traffic) if story.traffic else _from_router(started, story.requests)


def _from_load(started: Started, traffic: TrafficTotals) -> Requests:
    roles = {started.stable: "stable", started.release: "canary"}
    releases = (
        ReleaseRequests(release, roles.get(release, "other"), counts.answered, counts.errors)
        for release, counts in traffic.releases.items()
    )
    return Requests(
        "load",
        traffic.sent,
        traffic.answered,
        traffic.lost,
        tuple(sorted(releases, key=lambda each: ("stable", "canary", "other").index(each.role))),
        None,
        traffic.last_canary_request_after_verdict_seconds,
        traffic.lost_by_kind,
        traffic.late,
    )


def _from_router(started: Started, totals: Mapping[str, int]) -> Requests:
    if not totals:
        why = _NOT_COUNTED if started.target == "kubernetes" else _NOTHING
        return Requests("router", None, None, None, (), why)
    names = {"stable": started.stable, "canary": started.release}
    releases = tuple(ReleaseRequests(name, role, totals.get(role, 0), None) for role, name in names.items() if name)
    return Requests("router", None, sum(each.answered for each in releases), None, releases, _NO_LOAD)
