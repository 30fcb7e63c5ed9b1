"""Leaves orders for the engine of a state folder."""

import argparse
from collections.abc import Mapping

from rollout.errors import NotRunning
from rollout.journal.orders import Order, OrderKind
from rollout.journal.outline import outline
from rollout.journal.state import State
from rollout.onhost import author
from rollout.onhost.records import running, unnamed

ORDERED: Mapping[OrderKind, str] = {
    "abort": "roll back to stable",
    "rollback": "roll back to stable",
    "promote": "end the current wait",
}


def give(state: State, rollout: str | None, kind: OrderKind, reason: str) -> tuple[str, str]:
    """Leave an order for the engine of the named rollout, or of the running one; returns the rollout's name and a
    message for people. Raises NothingThere."""
    rollout = rollout or only_running(state, kind)
    if running(state) != rollout and not may_run(state, rollout):
        raise NotRunning(f"rollout {rollout} is not running: there is nothing to {kind}")
    state.give(rollout, Order(kind, by=author.name(), reason=reason))
    return rollout, f"ordered the engine of {rollout} to {ORDERED[kind]}: see `rollout status`"


def only_running(state: State, kind: OrderKind) -> str:
    """The rollout whose engine is running. Raises NoRolloutYet, or NotRunning."""
    if rollout := running(state):
        return rollout
    if why := unnamed(state):
        raise NotRunning(f"{why}. Name the rollout to {kind}")
    state.newest()
    raise NotRunning(f"no rollout is running in {state.folder}: there is nothing to {kind}")


def may_run(state: State, rollout: str) -> bool:
    """Whether the lock may belong to this rollout although it names no holder. Raises NothingThere."""
    path = state.newest(rollout)
    return unnamed(state) is not None and outline(path).ended is None


def run_order(chosen: argparse.Namespace) -> int:
    _, said = give(chosen.state, chosen.rollout, chosen.kind, chosen.reason)
    print(said)
    return 0
