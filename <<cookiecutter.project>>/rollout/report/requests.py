"""Who answered how many requests, and whether any was lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rollout.journal import Event, last_of
from rollout.report.events import Journal

_NO_LOAD = "the router counts answers only: what clients sent, and so what was lost, is known in a rehearsal"
_NOTHING = "nothing was measured, so nobody counted requests"


@dataclass(frozen=True)
class Side:
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
    sides: tuple[Side, ...]
    why_unknown: str | None
    last_canary_request_after_verdict_seconds: float | None = None
    lost_by_kind: Mapping[str, int] = field(default_factory=dict)
    late: int | None = None  # due, but not sent, because too many were unanswered


def requests(journal: Journal) -> Requests:
    """From the rehearsal's `traffic` where there is one, else from the router's totals."""
    started, traffic = journal[0], last_of(journal, "traffic")
    return _from_load(started, traffic) if traffic else _from_router(started, last_of(journal, "measured"))


def _from_load(started: Event, traffic: Event) -> Requests:
    roles = {started.get("stable"): "stable", started["release"]: "canary"}
    sides = (
        Side(release, roles.get(release, "other"), counts["answered"], counts["errors"])
        for release, counts in traffic["releases"].items()
    )
    return Requests(
        "load",
        traffic["sent"],
        traffic["answered"],
        traffic["lost"],
        tuple(sorted(sides, key=lambda side: ("stable", "canary", "other").index(side.role))),
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
    sides = tuple(Side(name, role, totals.get(role, 0), None) for role, name in names.items() if name)
    return Requests("router", None, sum(side.answered for side in sides), None, sides, _NO_LOAD)
