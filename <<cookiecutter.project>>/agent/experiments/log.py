"""The log of experiments in a SQLite file, which both releases of a rollout and the command `experiments` use."""

import asyncio
import hashlib
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from agent.errors import StorageError
from agent.sqlite_file import SqliteFile, kind_of

# Only ever add columns with defaults: the release before reads and writes these tables too.
SCHEMA = """
CREATE TABLE IF NOT EXISTS experiments (
  name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, definition TEXT NOT NULL, started_at REAL NOT NULL,
  started_by TEXT NOT NULL, source TEXT NOT NULL, ended_at REAL, ended_by TEXT, ending TEXT);
CREATE TABLE IF NOT EXISTS exposures (
  experiment TEXT NOT NULL, unit BLOB NOT NULL, variant INTEGER NOT NULL, release TEXT NOT NULL, at REAL NOT NULL,
  PRIMARY KEY (experiment, unit)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outcomes (
  experiment TEXT NOT NULL, unit BLOB NOT NULL, run_id TEXT NOT NULL, at REAL NOT NULL, outcome TEXT NOT NULL,
  tokens INTEGER NOT NULL, cost_usd REAL, seconds REAL NOT NULL, rating TEXT, passed INTEGER,
  PRIMARY KEY (experiment, unit, run_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS outcomes_by_run ON outcomes (run_id);
"""
RUNNING = "SELECT name, sha256, definition FROM experiments WHERE ended_at IS NULL ORDER BY started_at, name"
EXPOSE = "INSERT OR IGNORE INTO exposures (experiment, unit, variant, release, at) VALUES (?, ?, ?, ?, ?)"
ADD = """
INSERT OR IGNORE INTO outcomes (experiment, unit, run_id, at, outcome, tokens, cost_usd, seconds, passed)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
RATE = """
UPDATE outcomes SET rating = ? WHERE run_id = ? AND rating IS NULL
AND experiment IN (SELECT name FROM experiments WHERE ended_at IS NULL)"""
OPEN_SECONDS = 2.0
BUSY_SECONDS = 0.5
REST_SECONDS = 10.0
"""After a failure: otherwise each run would wait for a locked file, one after the other."""

UNIT_BYTES = 16

# What passes, or is no fault of the setting: a lock, a full disk, a damaged file.
LATER = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
}

T = TypeVar("T")

logger = logging.getLogger(__name__)


class LogRests(StorageError):
    """The log failed a moment ago, and was not asked again."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and what it used. `outcome` is one of the metrics' OUTCOMES; an unknown cost is None. `passed`
    is whether the answer is as the experiment's `completed` says; None if it says nothing."""

    outcome: str
    tokens: int
    cost_usd: float | None
    seconds: float
    passed: bool | None = None


def unit_id(experiment: str, unit: str) -> bytes:
    """What the log has in place of a user's name: 16 bytes, other ones in each experiment."""
    return hashlib.sha256(f"{experiment}\0{unit}".encode()).digest()[:UNIT_BYTES]


@dataclass(frozen=True)
class Running:
    """An experiment that was started and has not ended: the hash of its file, and its definition as JSON, which another
    release may have written."""

    name: str
    sha256: str
    definition: str


def with_new_columns(database: sqlite3.Connection) -> None:
    """Add the columns to a file that an earlier release created. Raises sqlite3.Error."""
    if "passed" in {row[1] for row in database.execute("PRAGMA table_info(outcomes)")}:
        return
    try:
        database.execute("ALTER TABLE outcomes ADD COLUMN passed INTEGER")
    except sqlite3.OperationalError as error:
        if "duplicate column" not in str(error):  # another process was faster
            raise


def file_of(path: str, busy_seconds: float) -> SqliteFile:
    """The file, opened or created. Raises sqlite3.Error."""
    file = SqliteFile(path, "experiments", SCHEMA, busy_seconds)
    with_new_columns(file.database)
    file.database.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")
    return file


def place_on_disk(path: str) -> tuple[int, int] | None:
    """What tells a file from another one of its name; None if there is none."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class ExperimentLog:
    """Each method waits for the disk in the file's own thread. All raise StorageError, and LogRests for some seconds
    after another error."""

    def __init__(self, path: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Open or create the file, later if it is locked, damaged, or on a full disk. Raises sqlite3.Error."""
        self._path, self._clock = path, clock
        self._rests_until = 0.0
        self._file: SqliteFile | None = None
        self._on_disk: tuple[int, int] | None = None
        self._opening = asyncio.Lock()
        try:
            self._open(OPEN_SECONDS)
        except sqlite3.Error as error:
            if kind_of(error) not in LATER:
                raise
            logger.error("the log of experiments in %s can't be used: %s; the service goes on trying", path, error)

    async def running(self) -> list[Running]:
        """The experiments that were started and have not ended, the oldest first: those of the file that is there now,
        where a command can end them."""
        await self._leave_what_is_gone()
        rows = await self._asked(lambda database: database.execute(RUNNING).fetchall())
        return [Running(*row) for row in rows]

    async def expose(self, experiment: str, unit: bytes, variant: int, release: str, at: float) -> None:
        """Note a unit's first exposure; a later one changes nothing. `at` is in epoch seconds."""
        await self._write(EXPOSE, (experiment, unit, variant, release, at))

    async def add(self, experiment: str, unit: bytes, run_id: str, at: float, outcome: Outcome) -> None:
        """Note how a run ended."""
        used = (outcome.outcome, outcome.tokens, outcome.cost_usd, outcome.seconds, outcome.passed)
        await self._write(ADD, (experiment, unit, run_id, at, *used))

    async def rate(self, run_id: str, rating: str) -> None:
        """Note a run's first rating, if it was part of a running experiment: its end fixes what was compared."""
        await self._write(RATE, (rating, run_id))

    async def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            await self._file.close()

    async def _write(self, statement: str, values: tuple[object, ...]) -> None:
        await self._asked(lambda database: database.execute(statement, values))

    async def _asked(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        file = await self._opened()

        def run() -> T:
            with self._resting_after_errors():
                return ask(file.database)

        return await file.in_thread(run)

    async def _opened(self) -> SqliteFile:
        async with self._opening:
            if self._file is None:
                with self._resting_after_errors():
                    return await asyncio.to_thread(self._open, BUSY_SECONDS)
            return self._file

    def _open(self, busy_seconds: float) -> SqliteFile:
        self._file = file = file_of(self._path, busy_seconds)
        self._on_disk = place_on_disk(self._path)
        return file

    async def _leave_what_is_gone(self) -> None:
        async with self._opening:
            if self._file is None or place_on_disk(self._path) == self._on_disk:
                return
            logger.error("the log of experiments in %s was deleted or replaced; the service opens it anew", self._path)
            gone, self._file = self._file, None
            await gone.close()

    @contextmanager
    def _resting_after_errors(self) -> Iterator[None]:
        if self._clock() < self._rests_until:
            raise LogRests
        try:
            yield
        except sqlite3.Error as error:
            self._rests_until = self._clock() + REST_SECONDS
            raise StorageError(str(error)) from error
