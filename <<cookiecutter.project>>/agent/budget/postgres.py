"""The sums of a day in PostgreSQL."""

from agent.budget.limits import Spent
from agent.postgres import Postgres

# Only ever add columns with defaults: the release before reads and writes this table too.
SCHEMA = """
CREATE TABLE IF NOT EXISTS agent_spent (
  day text NOT NULL, owner text NOT NULL, tokens bigint NOT NULL, cost_usd double precision NOT NULL,
  PRIMARY KEY (day, owner));
"""
# One statement, so that no other process writes between the reading and the writing of a sum.
ADD = """
INSERT INTO agent_spent (day, owner, tokens, cost_usd) VALUES ($1, $2, $3, $4)
ON CONFLICT (day, owner) DO UPDATE
SET tokens = agent_spent.tokens + excluded.tokens, cost_usd = agent_spent.cost_usd + excluded.cost_usd"""
DELETE_OLD = "DELETE FROM agent_spent WHERE day < $1"
SPENT = """
SELECT coalesce(sum(tokens), 0)::bigint, coalesce(sum(cost_usd), 0),
  coalesce(sum(tokens) FILTER (WHERE owner = $2), 0)::bigint, coalesce(sum(cost_usd) FILTER (WHERE owner = $2), 0)
FROM agent_spent WHERE day = $1"""
HIGHEST = """
SELECT coalesce(sum(tokens), 0)::bigint, coalesce(sum(cost_usd), 0),
  coalesce(max(tokens), 0)::bigint, coalesce(max(cost_usd), 0)
FROM agent_spent WHERE day = $1"""


class PostgresSums:
    """Each method raises StorageError."""

    def __init__(self, database: Postgres) -> None:
        """The database is opened and closed by whoever made it."""
        self._database = database
        database.needs(SCHEMA)

    async def add(self, day: str, owner: str, spent: Spent) -> None:
        """Add to a day's sum of an owner, and forget the days before."""
        await self._database.rows(ADD, day, owner, spent.tokens, spent.cost_usd)
        await self._database.rows(DELETE_OLD, day)

    async def spent(self, day: str, owner: str) -> tuple[Spent, Spent]:
        """What all owners and this one used on a day."""
        return await self._two(SPENT, day, owner)

    async def highest(self, day: str) -> tuple[Spent, Spent]:
        """What all owners used on a day, and the most that any of them did."""
        return await self._two(HIGHEST, day)

    async def close(self) -> None:
        """The database stays open."""

    async def _two(self, select: str, *values: str) -> tuple[Spent, Spent]:
        row = (await self._database.rows(select, *values))[0]
        return Spent(row[0], row[1]), Spent(row[2], row[3])
