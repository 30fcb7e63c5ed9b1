"""What each caller has used today, in the SQLite file that both releases of a rollout use."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from agent.budget.limits import Spent

# Only ever add columns with defaults: the release before reads and writes this table too.
SCHEMA = """
CREATE TABLE IF NOT EXISTS spent (
  day TEXT NOT NULL, owner TEXT NOT NULL, tokens INTEGER NOT NULL, cost_usd REAL NOT NULL, PRIMARY KEY (day, owner));
"""
# One statement, so that no other process writes between the reading and the writing of a sum.
ADD = """
INSERT INTO spent (day, owner, tokens, cost_usd) VALUES (?, ?, ?, ?)
ON CONFLICT (day, owner) DO UPDATE SET tokens = tokens + excluded.tokens, cost_usd = cost_usd + excluded.cost_usd"""
DELETE_OLD = "DELETE FROM spent WHERE day < ?"
SERVICE = "SELECT coalesce(sum(tokens), 0), coalesce(sum(cost_usd), 0.0) FROM spent WHERE day = ?"
CALLER = f"{SERVICE} AND owner = ?"
MOST = "SELECT coalesce(max(tokens), 0), coalesce(max(cost_usd), 0.0) FROM spent WHERE day = ?"
BUSY_SECONDS = 2.0
"""Also how long a run's end may wait after its deadline: less than a stop of the service waits."""

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Ledger:
    """Sums by day and owner. An amount that can't be written now is written with the next one."""

    def __init__(self, path: str) -> None:
        """Open or create the file. Raises sqlite3.Error."""
        # One thread, so that requests wait for the disk without blocking the event loop, and in order.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="budget")
        self._unwritten: list[tuple[str, str, Spent]] = []
        self._database = sqlite3.connect(path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(SCHEMA)

    async def add(self, day: str, owner: str, spent: Spent) -> None:
        """Add to a day's sum of an owner; also if the caller is cancelled meanwhile, and without an error."""
        await asyncio.shield(self._in_thread(lambda: self._add(day, owner, spent)))

    async def spent(self, day: str, owner: str) -> tuple[Spent, Spent]:
        """What all owners and this one used on a day, as all processes have written it. Raises sqlite3.Error."""
        return await self._in_thread(lambda: (self._sum(SERVICE, day), self._sum(CALLER, day, owner)))

    async def highest(self, day: str) -> tuple[Spent, Spent]:
        """What all owners used on a day, and the most that any of them did. Raises sqlite3.Error."""
        return await self._in_thread(lambda: (self._sum(SERVICE, day), self._sum(MOST, day)))

    async def close(self) -> None:
        """Write what is unwritten, and close the file."""
        await self._in_thread(self._write)
        await self._in_thread(self._database.close)
        self._thread.shutdown()

    def _add(self, day: str, owner: str, spent: Spent) -> None:
        self._unwritten.append((day, owner, spent))
        self._write()

    def _write(self) -> None:
        try:
            while self._unwritten:
                day, owner, spent = self._unwritten[0]
                self._database.execute(ADD, (day, owner, spent.tokens, spent.cost_usd))
                del self._unwritten[0]
                self._database.execute(DELETE_OLD, (day,))
        except sqlite3.Error as error:
            logger.error("the usage of %d runs is not yet in the budget: %s", len(self._unwritten), error)

    def _sum(self, select: str, *values: str) -> Spent:
        tokens, cost_usd = self._database.execute(select, values).fetchone()
        own = [spent for day, owner, spent in self._unwritten if values in ((day,), (day, owner))]
        return Spent(tokens + sum(one.tokens for one in own), cost_usd + sum(one.cost_usd for one in own))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
