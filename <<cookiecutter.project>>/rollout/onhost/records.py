"""Reads the journals in a state folder, and who holds its lock."""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rollout import journal, report
from rollout.errors import NothingThere
from rollout.journal import lock
from rollout.journal.line import values
from rollout.journal.outline import story_at
from rollout.journal.state import State

SILENT_FOR_SECONDS = 20.0
"""Following a journal ends when its engine has been gone for this long."""

SIGN_OF_LIFE_SECONDS = 15.0
"""How often to print an empty line: followers over a network drop a connection that is silent for a minute."""

LOOK_EVERY_SECONDS = 0.2


def status(state: State, *, every: bool, as_json: bool = False) -> int:
    """Print a line for the newest rollout, or for each. An unreadable journal is named, and the one before is used."""
    if as_json:
        print(json.dumps(document(state, every=every), indent=2))
        return 0
    paths = state.journals()
    if not paths:
        print(f"no rollout yet in {state.folder}")
    for path, found in stories(paths if every else reversed(paths), every=every):
        if isinstance(found, NothingThere):
            print(f"{path.stem}: {found}")
        else:
            tell(report.gather(found, alive(state, path)))
    if lock.is_held(state.lock()):
        print(lock.describe(state.lock()))
    elif trouble := lock.trouble(state.lock()):
        print(trouble)
    return 0


def stories(paths: Iterable[Path], *, every: bool) -> Iterator[tuple[Path, journal.Story | NothingThere]]:
    """Each journal with the rollout in it, or why there is none; without `every` only up to the first rollout."""
    for path in paths:
        try:
            report.beginning(story := story_at(path))
        except NothingThere as error:
            yield path, error
            continue
        yield path, story
        if not every:
            return


def tell(found: report.Evidence) -> None:
    """Print a rollout's headline and the bad lines of its journal."""
    print(f"{found.rollout}: {report.headline(found)}")
    for line in found.bad_lines:
        print(f"  {line}")


def document(state: State, *, every: bool) -> dict[str, Any]:
    """What `rollout status --json` prints of a folder: the newest rollout or all of them, oldest first; the name of the
    running one; and the journals without a rollout, and the lock if it can't be read."""
    rollouts: list[dict[str, Any]] = []
    trouble = lock.trouble(state.lock())
    unreadable: dict[str, str] = {"lock": trouble} if trouble else {}
    for path, found in stories(reversed(state.journals()), every=every):
        if isinstance(found, NothingThere):
            unreadable[path.stem] = str(found)
        else:
            rollouts.insert(0, in_short(report.gather(found, alive(state, path))))
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


def write_report(state: State, rollout: str | None, out: Path, *, as_json: bool) -> int:
    path, story = reported(state, rollout)
    living = alive(state, path)
    for line in story.doubt.as_text():
        print(f"rollout: {line}", file=sys.stderr)
    if as_json:
        print(json.dumps(report.document(report.gather(story, living)), indent=2))
        return 0
    print(report.write(story, living, out))
    return 0


def reported(state: State, rollout: str | None) -> tuple[Path, journal.Story]:
    """The named rollout, or the newest one with a readable journal; skipped journals are printed. Raises
    NothingThere."""
    if rollout is not None:
        return (path := state.newest(rollout)), story_at(path)
    skipped: list[NothingThere] = []
    for path, found in stories(reversed(state.journals()), every=False):
        if not isinstance(found, NothingThere):
            return path, found
        print(f"rollout: {path.stem}: {found}", file=sys.stderr)
        skipped.append(found)
    state.newest()
    raise skipped[0]


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


def running(state: State) -> str | None:
    """The rollout that the lock names as its holder; None when nobody holds it, or when it does not name one."""
    return lock.holder(state.lock()) if lock.is_held(state.lock()) else None


def unnamed(state: State) -> str | None:
    """Why the lock does not tell which rollout is running; None if it does, or if nobody holds it."""
    if not lock.is_held(state.lock()):
        return lock.trouble(state.lock())
    return None if lock.holder(state.lock()) else lock.describe(state.lock())
