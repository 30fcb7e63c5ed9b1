"""Where the traffic is, as far as a journal tells, and how the canary's share went. Pure."""

from dataclasses import dataclass
from typing import Literal

from rollout.journal.events import Event, Promoted, Recovered, Restored, Shifted, Unrestored, Verdict

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


@dataclass(frozen=True)
class Turn:
    """From these seconds after the start on the canary has this ratio of the traffic; None is unknown. `inferred`:
    nobody was there to record it, the lease says so."""

    seconds: float
    canary: float | None
    inferred: bool = False


def moved(place: Whereabouts, event: Event) -> Whereabouts:
    """Where the traffic goes after an event."""
    match event:
        case Shifted():
            return "leased"
        case Verdict(verdict="promoted"):
            return "promoting"
        case Promoted() | Recovered(choice="on"):  # an engine goes on only where the router says promoted
            return "promoted"
        case Restored():
            return "restored"
        case Unrestored() if place in ("promoting", "promoted"):
            return "unknown"
    return place


def turns(place: Whereabouts, event: Event, before_seconds: float, now_seconds: float) -> tuple[Turn, ...]:
    """How an event turns the canary's share; `place` is the one before it, `before_seconds` the time of the event
    before."""
    then = AT_REST[moved(place, event)]
    match event:
        case Shifted():
            return (Turn(now_seconds, event.weight),)
        case Promoted() | Restored():
            return (Turn(now_seconds, then),)
        case Unrestored():
            return (Turn(now_seconds, then, inferred=True),)
        case Recovered():
            return (Turn(before_seconds, AT_REST[place], inferred=True), Turn(now_seconds, then))
    return ()
