"""What a new engine does with the journal of one that died. Pure.

Before the promotion it goes back; after it, it watches on; a verdict that was spoken stands. Whether the promotion
happened is read from the router's file, since the engine can have died between its word and its deed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rollout.gates.decide import GoBack
from rollout.journal import Event, last_of
from rollout.router.split import Slot


@dataclass(frozen=True)
class Ended:
    """Nothing is left to do: the rollout had its verdict and its end."""

    verdict: str


@dataclass(frozen=True)
class Promotion:
    """A promotion to watch on. Times are epoch seconds."""

    began_at: float
    ready_at: float
    stable_left_at: float
    promoted_at: float
    reason: str


def choose(events: Sequence[Event], stable_now: str | None, canary_slot: Slot) -> Ended | GoBack | Promotion:
    """`events` is a whole journal, not empty; `stable_now` is the slot that the router's file calls stable."""
    if ended := last_of(events, "ended"):
        return Ended(ended["verdict"])
    verdict = last_of(events, "verdict")
    if verdict is None:
        return GoBack(f"the engine died after `{events[-1]['event']}`", in_doubt=True)
    if verdict["verdict"] != "promoted":
        return GoBack(verdict["reason"], verdict["gate"], in_doubt=verdict["verdict"] == "in_doubt")
    if stable_now != canary_slot:
        return GoBack("the engine died before it could promote the canary", in_doubt=True)
    left = last_of(events, "shifted") or verdict  # the last step took all traffic from stable
    ready = last_of(events, "ready") or events[0]
    return Promotion(events[0]["time"], ready["time"], left["time"], verdict["time"], verdict["reason"])
