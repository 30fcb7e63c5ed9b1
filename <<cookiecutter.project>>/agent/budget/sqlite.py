"""The sums of a day in the SQLite file that both releases of a rollout use."""

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


class SqliteSums:
    """Each method waits for the disk in the file's own thread, and raises StorageError."""

    def __init__(self, path: str) -> None:
        """Open or create the file. Raises sqlite3.Error."""
        self._file = SqliteFile(path, "budget", SCHEMA, BUSY_SECONDS)

    async def add(self, day: str, owner: str, spent: Spent) -> None:
        """Add to a day's sum of an owner, and forget the days before."""
        await self._file.ask(lambda: self._add(day, owner, spent))

    async def spent(self, day: str, owner: str) -> tuple[Spent, Spent]:
        """What all owners and this one used on a day."""
        return await self._file.ask(lambda: (self._sum(SERVICE, day), self._sum(CALLER, day, owner)))

    async def highest(self, day: str) -> tuple[Spent, Spent]:
        """What all owners used on a day, and the most that any of them did."""
        return await self._file.ask(lambda: (self._sum(SERVICE, day), self._sum(MOST, day)))

    async def close(self) -> None:
        """Close the file."""
        await self._file.close()

    def _add(self, day: str, owner: str, spent: Spent) -> None:
        self._file.database.execute(ADD, (day, owner, spent.tokens, spent.cost_usd))
        self._file.database.execute(DELETE_OLD, (day,))

    def _sum(self, select: str, *values: str) -> Spent:
        return Spent(*self._file.database.execute(select, values).fetchone())
