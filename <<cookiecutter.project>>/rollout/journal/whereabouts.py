"""Where the traffic is, according to a journal, and the canary's share over time. Pure."""

from dataclasses import dataclass
from typing import Literal

from rollout.journal.events import Event, Promoted, Recovered, Restored, Shifted, Unrestored, Verdict

Whereabouts = Literal["unmoved", "leased", "promoting", "promoted", "restored", "unknown"]

# The canary's final ratio of traffic in each case; None if only the router knows.
AT_REST: dict[Whereabouts, float | None] = {
    "unmoved": 0.0,
    "leased": 0.0,  # the lease expires and the router returns to stable
    "promoting": None,  # decided, but not confirmed
    "promoted": 1.0,
    "restored": 0.0,
    "unknown": None,  # the router did not answer the rollback, and there is no lease; or stable did not answer
}


@dataclass(frozen=True)
class ShareChange:
    """A change of the canary's ratio of traffic, in seconds after the start; None is unknown. `inferred`: follows from
    the lease, no engine recorded it."""

    seconds: float
    canary: float | None
    inferred: bool = False


def moved(place: Whereabouts, event: Event) -> Whereabouts:
    """Where the traffic is after an event."""
    match event:
        case Shifted():
            return "leased"
        case Verdict(verdict="promoted"):
            return "promoting"
        case Promoted() | Recovered(choice="on"):  # an engine continues only if the router says promoted
            return "promoted"
        case Restored():
            return "restored"
        case Unrestored() if place in ("promoting", "promoted") or event.answers:
            return "unknown"
    return place


def share_changes(
    place: Whereabouts, event: Event, before_seconds: float, now_seconds: float
) -> tuple[ShareChange, ...]:
    """The changes of the canary's share by an event; `place` is where the traffic was before it, `before_seconds` the
    time of the previous event."""
    then = AT_REST[moved(place, event)]
    match event:
        case Shifted():
            return (ShareChange(now_seconds, event.weight),)
        case Promoted() | Restored():
            return (ShareChange(now_seconds, then),)
        case Unrestored():
            return (ShareChange(now_seconds, then, inferred=True),)
        case Recovered():
            return (ShareChange(before_seconds, AT_REST[place], inferred=True), ShareChange(now_seconds, then))
    return ()
