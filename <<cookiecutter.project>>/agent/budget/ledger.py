"""What each caller has used today, in the SQLite file that both releases of a rollout use."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from time import monotonic

from agent.budget.limits import Spent
from agent.sqlite_file import SqliteFile

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

AGAIN_SECONDS = 5.0
"""After a failure. If each run tried and waited in vain, they would wait for each other."""

logger = logging.getLogger(__name__)


class Ledger:
    """Sums by day and owner. What can't be written now counts in this process, and is written later."""

    def __init__(self, path: str, clock: Callable[[], float] = monotonic) -> None:
        """Open or create the file. Raises sqlite3.Error."""
        self._clock, self._write_at = clock, clock()
        self._unwritten: dict[tuple[str, str], Spent] = {}
        self._file = SqliteFile(path, "budget", SCHEMA, BUSY_SECONDS)

    async def add(self, day: str, owner: str, spent: Spent) -> None:
        """Add to a day's sum of an owner; also if the caller is cancelled meanwhile, and without an error."""
        await asyncio.shield(self._file.in_thread(lambda: self._add(day, owner, spent)))

    async def spent(self, day: str, owner: str) -> tuple[Spent, Spent]:
        """What all owners and this one used on a day, as all processes have written it. Raises sqlite3.Error."""
        return await self._file.in_thread(lambda: (self._sum(SERVICE, day), self._sum(CALLER, day, owner)))

    async def highest(self, day: str) -> tuple[Spent, Spent]:
        """What all owners used on a day, and the most that any of them did. Raises sqlite3.Error."""
        return await self._file.in_thread(lambda: (self._sum(SERVICE, day), self._sum(MOST, day)))

    async def close(self) -> None:
        """Write what is unwritten, and close the file."""
        self._write_at = self._clock()
        await self._file.in_thread(self._write)
        await self._file.close()

    def _add(self, day: str, owner: str, spent: Spent) -> None:
        self._unwritten[day, owner] = self._unwritten.get((day, owner), Spent()) + spent
        self._write()

    def _write(self) -> None:
        if self._clock() < self._write_at:
            return
        try:
            for (day, owner), spent in list(self._unwritten.items()):
                self._file.database.execute(ADD, (day, owner, spent.tokens, spent.cost_usd))
                del self._unwritten[day, owner]
                self._file.database.execute(DELETE_OLD, (day,))
        except sqlite3.Error as error:
            self._write_at = self._clock() + AGAIN_SECONDS
            logger.error("the usage of %d callers is not yet in the budget's file: %s", len(self._unwritten), error)

    def _sum(self, select: str, *values: str) -> Spent:
        found = Spent(*self._file.database.execute(select, values).fetchone())
        own = (spent for key, spent in self._unwritten.items() if values in (key[:1], key))
        return sum(own, found)
