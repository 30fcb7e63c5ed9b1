"""Reads the journals in a state folder, and leaves orders for its engine."""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rollout import journal, report
from rollout.errors import NothingThere, NotRunning
from rollout.journal import lock
from rollout.journal.line import values
from rollout.journal.orders import Order, OrderKind
from rollout.journal.outline import story_at
from rollout.journal.state import State
from rollout.onhost import author

SILENT_FOR_SECONDS = 20.0
"""Following a journal ends when its engine has been gone for this long."""

SIGN_OF_LIFE_SECONDS = 15.0
"""How often to print an empty line: followers over a network drop a connection that is silent for a minute."""

LOOK_EVERY_SECONDS = 0.2
ORDERED: Mapping[OrderKind, str] = {
    "abort": "roll back to stable",
    "rollback": "roll back to stable",
    "promote": "end the current wait",
}


def status(state: State, *, every: bool, as_json: bool = False) -> int:
    """Print a line for the newest rollout, or for each. An unreadable journal is named, and the one before is used."""
    if as_json:
        print(json.dumps(document(state, every=every), indent=2))
        return 0
    paths = state.journals()
    if not paths:
        print(f"no rollout yet in {state.folder}")
    for path, found in gathered(state, paths if every else reversed(paths), every=every):
        tell(path, found)
    if lock.is_held(state.lock()):
        print(lock.describe(state.lock()))
    return 0


def gathered(
    state: State, paths: Iterable[Path], *, every: bool
) -> Iterator[tuple[Path, report.Evidence | NothingThere]]:
    """Each journal with the evidence in it, or why there is none; without `every` only up to the first evidence."""
    for path in paths:
        try:
            evidence = report.gather(story_at(path), alive=alive(state, path))
        except NothingThere as error:
            yield path, error
            continue
        yield path, evidence
        if not every:
            return


def tell(path: Path, found: report.Evidence | NothingThere) -> None:
    """Print a rollout's headline and the bad lines of its journal, or why the journal has no rollout."""
    if isinstance(found, NothingThere):
        print(f"{path.stem}: {found}")
        return
    print(f"{found.rollout}: {report.headline(found)}")
    for line in found.bad_lines:
        print(f"  {line}")


def document(state: State, *, every: bool) -> dict[str, Any]:
    """What `rollout status --json` prints of a folder: the newest rollout or all of them, oldest first; the name of the
    running one; and the journals without a rollout."""
    rollouts: list[dict[str, Any]] = []
    unreadable: dict[str, str] = {}
    for path, found in gathered(state, reversed(state.journals()), every=every):
        if isinstance(found, NothingThere):
            unreadable[path.stem] = str(found)
        else:
            rollouts.insert(0, in_short(found))
    return {"rollouts": rollouts, "running": running(state), "unreadable": unreadable}


def in_short(evidence: report.Evidence) -> dict[str, Any]:
    """One rollout, with the keys of its report."""
    return {
        "rollout": evidence.rollout,
        "release": evidence.release,
        "stable": evidence.stable,
        "started": evidence.started,
        "verdict": evidence.final.verdict,
        "provenance": evidence.provenance.model_dump(exclude_none=True),
        "headline": report.headline(evidence),
        "bad_lines": evidence.bad_lines,
    }


def write_report(state: State, rollout: str | None, out: Path | None, *, as_json: bool) -> int:
    path, story = reported(state, rollout)
    living = alive(state, path)
    for line in story.doubt.told():
        print(f"rollout: {line}", file=sys.stderr)
    if as_json:
        print(json.dumps(report.document(report.gather(story, living)), indent=2))
        return 0
    print(report.write(story, living, out or state.reports()))
    return 0


def reported(state: State, rollout: str | None) -> tuple[Path, journal.Story]:
    """The named rollout, or the newest one with a readable journal; skipped journals are printed. Raises
    NothingThere."""
    if rollout is not None:
        return (path := state.newest(rollout)), story_at(path)
    for path in reversed(state.journals()):
        try:
            report.beginning(story := story_at(path))
        except NothingThere as error:
            print(f"rollout: {path.stem}: {error}", file=sys.stderr)
            continue
        return path, story
    return (path := state.newest()), story_at(path)


def give(state: State, rollout: str | None, kind: OrderKind, reason: str) -> tuple[str, str]:
    """Leave an order for a rollout's engine; returns the rollout's name and a message for people. Raises NotRunning."""
    path = state.newest(rollout)
    if not alive(state, path):
        raise NotRunning(f"rollout {path.stem} is not running: there is nothing to {kind}")
    state.give(path.stem, Order(kind, by=author.name(), reason=reason))
    return path.stem, f"ordered the engine of {path.stem} to {ORDERED[kind]}: see `rollout status`"


def run_order(chosen: argparse.Namespace) -> int:
    _, said = give(chosen.state, chosen.rollout, chosen.kind, chosen.reason)
    print(said)
    return 0


def run_journal(chosen: argparse.Namespace) -> int:
    """Print a journal's lines from `first` on; with --follow until the rollout is promoted or ends."""
    state: State = chosen.state
    tail = journal.Tail(state.journal(chosen.rollout))
    story, seen = journal.Story(), 0
    heard_at = spoke_at = time.monotonic()
    while True:
        now = time.monotonic()
        for line, entry in tail.new():
            seen, heard_at, story = seen + 1, now, journal.after(story, entry)
            if seen > chosen.first:
                print(printable(line, entry), flush=True)
        silent = now - heard_at > SILENT_FOR_SECONDS and not lock.is_held(state.lock())
        if not chosen.follow or silent or story.ended or story.keeps:
            return 0
        if now - spoke_at > SIGN_OF_LIFE_SECONDS:
            print(flush=True)
            spoke_at = now
        time.sleep(LOOK_EVERY_SECONDS)


def printable(line: bytes, entry: journal.Entry) -> str:
    """The line in ASCII. A bad line stays bad, so that the reader can report it."""
    if isinstance(entry, journal.BadLine):
        return line.decode("ascii", "backslashreplace").rstrip("\n")
    return json.dumps(values(entry))


def alive(state: State, path: Path) -> bool:
    """Whether the engine of this journal is running, which means that it holds the lock."""
    return running(state) == path.stem


def running(state: State) -> str | int | None:
    """The name that the holder of the lock left in it; None when nobody holds it, or when it is just being written."""
    return lock.holder(state.lock()).get("rollout") if lock.is_held(state.lock()) else None
