"""What `experiments` does in a log: starts an experiment, ends it, and reads it as sums. One file has it all, so that a
folder on this machine and a Docker host, where it runs in the release's image, give the same answers."""

import json
import math
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from agent.experiments.definition import Experiment
from agent.experiments.log import SCHEMA, with_new_columns
from agent.experiments.measures import EXPOSED, MEASURES, MOMENTS, PER_UNIT, UNPRICED, sums_of
from agent.settings import is_url
from agent.sqlite_file import SqliteFile, kind_of

BUSY_SECONDS = 10.0
STEPS_BETWEEN_LOOKS = 100_000
"""How many of SQLite's steps are done before the time is looked at: some milliseconds."""

MOST_CELLS = 50_000
"""Sums by release, moment and variant, of all metrics: 200 releases have as many."""

INSERT = """
INSERT OR IGNORE INTO experiments (name, sha256, definition, started_at, started_by, source)
VALUES (?, ?, ?, ?, ?, ?)"""
SELECT = "SELECT sha256, started_at, started_by, source, ended_at, ended_by, ending FROM experiments WHERE name = ?"
RUNNING = "SELECT definition FROM experiments WHERE ended_at IS NULL"
END = "UPDATE experiments SET ended_at = ?, ended_by = ?, ending = ? WHERE name = ? AND ended_at IS NULL"

Cell = tuple[str, int, int, int, float, float, float, float, float]
"""Release, moment, variant, units, and the sums of x, y, their squares and their product."""


class RecordsRefused(Exception):
    """Nothing was changed; `code` is for programs, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Started:
    """An experiment in the log. Times are in epoch seconds; `ending` says how it ended, None while it is running."""

    sha256: str
    at: float
    by: str
    source: str
    ended_at: float | None
    ended_by: str | None
    ending: dict[str, Any] | None


@dataclass(frozen=True)
class Gathered:
    """What is known of an experiment `at` a moment of the log's clock: the exposed units of both variants, from when to
    when (epoch seconds), the sums of each metric, and the runs whose cost is not known."""

    at: float
    exposed: tuple[int, int]
    began: float
    until: float
    cells: dict[str, list[Cell]]
    unpriced: int


def not_started(name: str) -> RecordsRefused:
    return RecordsRefused("not_started", f"{name} was not started: `python -m experiments start {name}` starts it")


def already_started(name: str) -> RecordsRefused:
    again = "a change, or a second try, is a new experiment with a new name"
    return RecordsRefused("already_started", f"{name} was started before: {again}")


def has_ended(name: str) -> RecordsRefused:
    return RecordsRefused("ended", f"{name} has ended")


def check_overlaps(definition: Experiment, running: Iterable[Experiment]) -> None:
    """Raises RecordsRefused if a running experiment changes the same, or is this one."""
    running = list(running)
    if any(other.name == definition.name for other in running):
        raise already_started(definition.name)
    for other in running:
        if both := definition.changes & other.changes:
            same = " and ".join(sorted(both))
            raise RecordsRefused("overlaps", f"{other.name} is running and changes the {same} too: wait for its end")


def check_size(name: str, cells: Mapping[str, Sequence[object]]) -> None:
    """Raises RecordsRefused for more sums than a command can answer with."""
    if sum(map(len, cells.values())) > MOST_CELLS:
        raise RecordsRefused("too_large", f"{name} has users of too many releases to be read")


def too_slow(within_seconds: float) -> RecordsRefused:
    return RecordsRefused("too_large", f"reading took longer than {within_seconds:g} s")


class Store(Protocol):
    """A log as `experiments` uses it: Records, or PostgresRecords."""

    def started(self, name: str) -> Started:
        """Raises RecordsRefused."""

    def start(self, definition: Experiment, sha256: str, at: float, by: str, source: str) -> None:
        """Start an experiment. Raises RecordsRefused if there was one of this name, or a running one changes the
        same."""

    def end(self, name: str, at: float, by: str, ending: dict[str, Any]) -> None:
        """End an experiment; its data stays. Raises RecordsRefused if it has ended."""

    def gathered(self, name: str, metrics: Iterable[str], at: float, end: float = math.inf) -> Gathered:
        """The exposures, and the sums of these metrics, up to the earlier of `at`, which is now, and the `end` of the
        experiment, in epoch seconds. Raises RecordsRefused."""


class Records:
    """An open log in a file. Every method raises sqlite3.Error if the file can't be used."""

    def __init__(self, database: sqlite3.Connection, within_seconds: float = math.inf) -> None:
        """A query that takes longer than `within_seconds` ends with an error."""
        self._database, self._within_seconds = database, within_seconds

    def started(self, name: str) -> Started:
        """Raises RecordsRefused."""
        row = self._database.execute(SELECT, (name,)).fetchone()
        if row is None:
            raise not_started(name)
        sha256, at, by, source, ended_at, ended_by, ending = row
        return Started(sha256, at, by, source, ended_at, ended_by, None if ending is None else json.loads(ending))

    def running(self) -> list[Experiment]:
        """The running experiments."""
        return [Experiment.model_validate_json(row[0]) for row in self._database.execute(RUNNING)]

    def sources(self) -> set[str]:
        """The commits of all experiments, or what else they were started from."""
        return {row[0] for row in self._database.execute("SELECT source FROM experiments")}

    def start(self, definition: Experiment, sha256: str, at: float, by: str, source: str) -> None:
        """Start an experiment. Raises RecordsRefused if there was one of this name, or a running one changes the
        same."""
        name = definition.name
        values = (name, sha256, definition.model_dump_json(), at, by, source)
        with self._alone():  # two starts at once would not see each other
            check_overlaps(definition, self.running())
            if not self._database.execute(INSERT, values).rowcount:
                raise already_started(name)

    def end(self, name: str, at: float, by: str, ending: dict[str, Any]) -> None:
        """End an experiment; its data stays. Raises RecordsRefused if it has ended."""
        if not self._database.execute(END, (at, by, json.dumps(ending), name)).rowcount:
            raise has_ended(name)

    def gathered(self, name: str, metrics: Iterable[str], at: float, end: float = math.inf) -> Gathered:
        """The exposures, and the sums of these metrics, up to the earlier of `at`, which is now, and the `end` of the
        experiment, in epoch seconds. Raises RecordsRefused."""
        end = min(end, at)
        with self._in_time():
            rows = {row[0]: row[1:] for row in self._database.execute(EXPOSED, (name, end))}
            began = min((first for _, first, _ in rows.values()), default=0.0)
            until = max((last for _, _, last in rows.values()), default=0.0)
            self._database.execute("DROP TABLE IF EXISTS per_unit")
            moments = (MOMENTS - 1, began, MOMENTS, max(until - began, 1e-9))
            self._database.execute(PER_UNIT, (*moments, name, end, name, end))
            cells = {each: list(self._database.execute(sums_of(MEASURES[each]))) for each in metrics}
            unpriced = self._database.execute(UNPRICED).fetchone()[0]
        check_size(name, cells)
        return Gathered(at, (rows.get(0, (0,))[0], rows.get(1, (0,))[0]), began, until, cells, unpriced)

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Statements of the body are interrupted once the time is over."""
        deadline = time.monotonic() + self._within_seconds
        self._database.set_progress_handler(lambda: time.monotonic() > deadline, STEPS_BETWEEN_LOOKS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if time.monotonic() > deadline:
                raise too_slow(self._within_seconds) from error
            raise
        finally:
            self._database.set_progress_handler(None, 0)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else writes during the body; what it wrote stays if it does not raise."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


@contextmanager
def opened(path: str, *, is_new: bool = False, within_seconds: float = math.inf) -> Iterator[Records]:
    """The log in a file, which only a service creates, and a rehearsal (`is_new`). Raises RecordsRefused."""
    if not is_new and not Path(path).exists():
        raise RecordsRefused("no_log", f"{path} does not exist: use the file that the service has in AGENT_EXPERIMENTS")
    try:
        if not (is_new or is_log(path)):
            raise RecordsRefused("no_log", f"{path} is another database: use the file in AGENT_EXPERIMENTS")
        file = SqliteFile(path, "experiments", SCHEMA, BUSY_SECONDS)
        try:
            with_new_columns(file.database)
            yield Records(file.database, within_seconds)
        finally:
            file.database.close()
    except sqlite3.Error as error:
        raise RecordsRefused("no_log", f"{path} can't be used: {error}{hint(error)}") from error


def is_log(path: str) -> bool:
    """Whether a file has the table of a log, which an order must not add to another one. Raises sqlite3.Error."""
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as database:
        return bool(database.execute("SELECT 1 FROM sqlite_master WHERE name = 'experiments'").fetchone())


def hint(error: sqlite3.Error) -> str:
    """What to do about it; SQLite may call a full disk an I/O error."""
    if kind_of(error) not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return ""
    return "; if the disk is full, free some space and try again"


@contextmanager
def opened_store(where: str, within_seconds: float = math.inf) -> Iterator[Store]:
    """The log in a file, or in the PostgreSQL database of a URL. Raises RecordsRefused."""
    if not is_url(where):
        with opened(where, within_seconds=within_seconds) as records:
            yield records
        return
    try:
        from agent.experiments.postgres_records import PostgresRecords
    except ImportError as error:
        raise RecordsRefused("no_log", f"a log in PostgreSQL needs the package {error.name}") from error
    yield PostgresRecords(where, within_seconds)
