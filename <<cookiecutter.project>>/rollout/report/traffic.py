"""Where the traffic went over time, where a journal leaves it, and who answered how many requests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from rollout.journal import Event, Events, last_of
from rollout.report.events import between

Whereabouts = Literal["unmoved", "leased", "promoting", "promoted", "restored", "unknown"]

# The canary's ratio that each comes to rest at; None where only the router knows.
AT_REST: dict[Whereabouts, float | None] = {
    "unmoved": 0.0,
    "leased": 0.0,  # the lease ends, and the router itself returns to stable
    "promoting": None,  # decided, and not known to be done
    "promoted": 1.0,
    "restored": 0.0,
    "unknown": None,  # told to go back without an answer, and no lease would do it
}


def whereabouts(journal: Events) -> Whereabouts:
    """What the journal says last of where the traffic goes."""
    place: Whereabouts = "unmoved"
    for event in journal:
        place = _after(place, event)
    return place


def at_rest(journal: Events) -> float | None:
    """The canary's ratio of traffic once nobody renews the lease; None when only the router knows."""
    return AT_REST[whereabouts(journal)]


def _after(place: Whereabouts, event: Event) -> Whereabouts:
    match event["event"], event.get("verdict"), event.get("choice"):
        case "shifted", _, _:
            return "leased"
        case "verdict", "promoted", _:
            return "promoting"
        case ("promoted", _, _) | ("recovered", _, "on"):  # an engine goes on only where the router says promoted
            return "promoted"
        case "restored", _, _:
            return "restored"
        case "unrestored", _, _ if place in ("promoting", "promoted"):
            return "unknown"
    return place


@dataclass(frozen=True)
class Share:
    """The canary's ratio of traffic between two times, in seconds since the rollout started."""

    started_seconds: float
    ended_seconds: float
    canary: float
    inferred: bool  # nobody was there to record it: the lease says so


Turn = tuple[float, float | None, bool]  # from these seconds on: the canary's ratio (None: unknown), and if inferred


def shares(journal: Events) -> tuple[Share, ...]:
    """The canary's share from the start to the last event; what is not known is left out."""
    turns = list(_turns(journal))
    return tuple(
        Share(since, until, canary, inferred)
        for (since, canary, inferred), (until, _, _) in pairwise(turns)
        if canary is not None and until > since
    )


def _turns(journal: Events) -> Iterator[Turn]:
    start, before = journal[0]["time"], 0.0
    yield 0.0, 0.0, False
    for index, event in enumerate(journal):
        if event["event"] == "traffic":  # written when everything is over
            continue
        now = between(start, event["time"])
        match event["event"]:
            case "shifted":
                yield now, event["weight"], False
            case "promoted" | "restored":
                yield now, at_rest(journal[: index + 1]), False
            case "unrestored":
                yield now, at_rest(journal[: index + 1]), True
            case "recovered":
                yield before, at_rest(journal[:index]), True
                yield now, at_rest(journal[: index + 1]), False
        before = now
    yield before, None, False


_NO_LOAD = "the router counts answers only: what clients sent, and so what was lost, is known in a rehearsal"
_NOTHING = "nothing was measured, so nobody counted requests"


@dataclass(frozen=True)
class ReleaseRequests:
    """What one release did; errors is None when only the router counted."""

    release: str
    role: str  # stable | canary | other
    answered: int
    errors: int | None


@dataclass(frozen=True)
class Requests:
    """Counts over the whole rollout; None is `unknown`, never zero."""

    source: str  # "load": counted by the rehearsal's clients; "router": the last totals that were measured
    sent: int | None
    answered: int | None
    lost: int | None
    releases: tuple[ReleaseRequests, ...]
    why_unknown: str | None
    last_canary_request_after_verdict_seconds: float | None = None
    lost_by_kind: Mapping[str, int] = field(default_factory=dict)
    late: int | None = None  # due, but not sent, because too many were unanswered


def requests(journal: Events) -> Requests:
    """From the rehearsal's `traffic` where there is one, else from the router's totals."""
    started, traffic = journal[0], last_of(journal, "traffic")
    return _from_load(started, traffic) if traffic else _from_router(started, last_of(journal, "measured"))


def _from_load(started: Event, traffic: Event) -> Requests:
    roles = {started.get("stable"): "stable", started["release"]: "canary"}
    releases = (
        ReleaseRequests(release, roles.get(release, "other"), counts["answered"], counts["errors"])
        for release, counts in traffic["releases"].items()
    )
    return Requests(
        "load",
        traffic["sent"],
        traffic["answered"],
        traffic["lost"],
        tuple(sorted(releases, key=lambda each: ("stable", "canary", "other").index(each.role))),
        None,
        traffic.get("last_canary_request_after_verdict_seconds"),
        traffic.get("lost_by_kind") or {},
        traffic.get("late"),
    )


def _from_router(started: Event, measured: Event | None) -> Requests:
    totals = (measured or {}).get("requests")
    if not totals:
        return Requests("router", None, None, None, (), _NOTHING)
    names = {"stable": started.get("stable"), "canary": started["release"]}
    releases = tuple(ReleaseRequests(name, role, totals.get(role, 0), None) for role, name in names.items() if name)
    return Requests("router", None, sum(each.answered for each in releases), None, releases, _NO_LOAD)
