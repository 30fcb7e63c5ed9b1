"""One SQLite file (WAL), which both releases of a rollout may use at once."""

import asyncio
import sqlite3
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from agent.errors import StorageError

AGAIN_SECONDS = 0.01

T = TypeVar("T")


def kind_of(error: sqlite3.Error) -> int:
    """Which of SQLite's primary errors it is, such as SQLITE_FULL; 0 for a mistake in Python."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


class SqliteFile:
    """A connection and its thread: requests wait for the disk without blocking the event loop, and in order."""

    def __init__(self, path: Path | str, name: str, schema: str, busy_seconds: float) -> None:
        """Open or create the file, and what its schema names; `busy_seconds` is how long a statement waits for another
        process. Raises sqlite3.Error."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self.database = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self.database.close)  # an app that is refused after it opened this never runs close()
        self._use_wal(busy_seconds)
        self.database.execute("PRAGMA synchronous = NORMAL")
        self.database.execute("PRAGMA secure_delete = ON")  # deleted text is overwritten in the file
        self.database.executescript(schema)

    def _use_wal(self, within_seconds: float) -> None:
        """SQLite does not wait to change the mode of a file that another process is creating."""
        deadline = time.monotonic() + within_seconds
        while True:
            try:
                self.database.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(AGAIN_SECONDS)

    async def in_thread(self, work: Callable[[], T]) -> T:
        """What the work returns. Raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def ask(self, work: Callable[[], T]) -> T:
        """As `in_thread`, and an sqlite3.Error becomes a StorageError, as of every other storage."""
        try:
            return await self.in_thread(work)
        except sqlite3.Error as error:
            raise StorageError(str(error)) from error

    async def close(self) -> None:
        """Close the file."""
        await self.in_thread(self.database.close)
        self._thread.shutdown()
