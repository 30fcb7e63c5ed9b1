"""Where a journal leaves the traffic, once nobody renews the lease."""

from typing import Literal

from rollout.journal import Event
from rollout.report.events import Journal

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


def whereabouts(journal: Journal) -> Whereabouts:
    """What the journal says last of where the traffic goes."""
    place: Whereabouts = "unmoved"
    for event in journal:
        place = _after(place, event)
    return place


def at_rest(journal: Journal) -> float | None:
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
