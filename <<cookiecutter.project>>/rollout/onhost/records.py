"""Reads a folder's journals, and leaves orders for its engine."""

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rollout import journal, report
from rollout.errors import NotRunning
from rollout.journal import lock
from rollout.journal.orders import Order, OrderKind
from rollout.journal.state import State
from rollout.onhost import author
from rollout.onhost.survey import keeps

SILENT_FOR_SECONDS = 20.0
"""A journal whose engine has been gone for so long has nothing more to say for now."""

SIGN_OF_LIFE_SECONDS = 15.0
"""An empty line so often: whoever follows over a network gives up on a connection that is silent for a minute."""

LOOK_EVERY_SECONDS = 0.2
ORDERED: Mapping[OrderKind, str] = {
    "abort": "go back to stable",
    "rollback": "go back to stable",
    "promote": "not wait any longer",
}


def status(state: State, *, every: bool, as_json: bool = False) -> int:
    if as_json:
        print(json.dumps(document(state, every=every), indent=2))
        return 0
    if not state.journals():
        print(f"no rollout yet in {state.folder}")
        return 0
    for path in state.journals() if every else [state.newest()]:
        evidence = report.gather(journal.read(path), alive=alive(state, path))
        print(f"{evidence.rollout}: {report.headline(evidence)}")
    if lock.is_held(state.lock()):
        print(lock.describe(state.lock()))
    return 0


def document(state: State, *, every: bool) -> dict[str, Any]:
    """What `rollout status --json` prints of a folder: its newest rollout or every one, the oldest first, and the name
    of the one whose engine runs."""
    paths = state.journals() if every else state.journals()[-1:]
    running = lock.holder(state.lock()).get("rollout") if lock.is_held(state.lock()) else None
    rollouts = [in_short(report.gather(journal.read(path), alive(state, path))) for path in paths]
    return {"rollouts": rollouts, "running": running}


def in_short(evidence: report.Evidence) -> dict[str, Any]:
    """One rollout, with the names that its report has."""
    return {
        "rollout": evidence.rollout,
        "release": evidence.release,
        "stable": evidence.stable,
        "verdict": evidence.final.verdict,
        "headline": report.headline(evidence),
    }


def write_report(state: State, rollout: str | None, out: Path | None, *, as_json: bool) -> int:
    path = state.newest(rollout)
    events, living = journal.read(path), alive(state, path)
    if as_json:
        print(json.dumps(report.document(report.gather(events, living)), indent=2))
        return 0
    print(report.write(events, living, out or state.reports()))
    return 0


def give(state: State, rollout: str | None, kind: OrderKind, reason: str) -> tuple[str, str]:
    """Leave an order for a rollout's engine; returns its name, and what to say to that. Raises NotRunning."""
    path = state.newest(rollout)
    if not alive(state, path):
        raise NotRunning(f"rollout {path.stem} does not run: there is nothing to {kind}")
    state.give(path.stem, Order(kind, by=author.name(), reason=reason))
    return path.stem, f"told the engine of {path.stem} to {ORDERED[kind]}: `rollout status` shows when it has"


def run_order(chosen: argparse.Namespace) -> int:
    _, said = give(chosen.state, chosen.rollout, chosen.kind, chosen.reason)
    print(said)
    return 0


def run_journal(chosen: argparse.Namespace) -> int:
    """Print a journal's lines from the `first` on; with --follow until it has nothing more to say."""
    state: State = chosen.state
    tail = journal.Tail(state.journal(chosen.rollout))
    events: list[journal.Event] = []
    heard_at = spoke_at = time.monotonic()
    while True:
        new, now = tail.new(), time.monotonic()
        for event in new[max(0, chosen.first - len(events)) :]:
            print(json.dumps(event), flush=True)
        events += new
        heard_at = now if new else heard_at
        silent = now - heard_at > SILENT_FOR_SECONDS and not lock.is_held(state.lock())
        if not chosen.follow or silent or journal.last_of(events, "ended") or keeps(events):
            return 0
        if now - spoke_at > SIGN_OF_LIFE_SECONDS:
            print(flush=True)
            spoke_at = now
        time.sleep(LOOK_EVERY_SECONDS)


def alive(state: State, path: Path) -> bool:
    """Whether the engine of this journal is running: it holds the lock, in its own name."""
    return lock.is_held(state.lock()) and lock.holder(state.lock()).get("rollout") == path.stem
