"""The log of experiments in PostgreSQL, for services on more than one host."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from agent.errors import StorageError
from agent.experiments.log import REST_SECONDS, LogRests, Outcome, Running
from agent.postgres import Postgres

# Only ever add columns with defaults: the release before reads and writes these tables too.
SCHEMA = """
CREATE TABLE IF NOT EXISTS agent_experiments (
  name text PRIMARY KEY, sha256 text NOT NULL, definition text NOT NULL, started_at double precision NOT NULL,
  started_by text NOT NULL, source text NOT NULL, ended_at double precision, ended_by text, ending text);
CREATE TABLE IF NOT EXISTS agent_exposures (
  experiment text NOT NULL, unit bytea NOT NULL, variant integer NOT NULL, release text NOT NULL,
  at double precision NOT NULL, PRIMARY KEY (experiment, unit));
CREATE TABLE IF NOT EXISTS agent_outcomes (
  experiment text NOT NULL, unit bytea NOT NULL, run_id text NOT NULL, at double precision NOT NULL,
  outcome text NOT NULL, tokens bigint NOT NULL, cost_usd double precision, seconds double precision NOT NULL,
  rating text, passed boolean, PRIMARY KEY (experiment, unit, run_id));
CREATE INDEX IF NOT EXISTS agent_outcomes_by_run ON agent_outcomes (run_id);
"""
RUNNING = "SELECT name, sha256, definition FROM agent_experiments WHERE ended_at IS NULL ORDER BY started_at, name"
EXPOSE = """
INSERT INTO agent_exposures (experiment, unit, variant, release, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING"""
ADD = """
INSERT INTO agent_outcomes (experiment, unit, run_id, at, outcome, tokens, cost_usd, seconds, passed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"""
RATE = """
UPDATE agent_outcomes SET rating = $1 WHERE run_id = $2 AND rating IS NULL
AND experiment IN (SELECT name FROM agent_experiments WHERE ended_at IS NULL)"""

T = TypeVar("T")


class PostgresLog:
    """As ExperimentLog."""

    def __init__(self, database: Postgres, clock: Callable[[], float] = time.monotonic) -> None:
        """The database is opened and closed by whoever made it."""
        self._database, self._clock = database, clock
        self._rests_until = 0.0
        database.needs(SCHEMA)

    async def running(self) -> list[Running]:
        """The experiments that were started and have not ended, the oldest first."""
        return [Running(*row) for row in await self._asked(lambda: self._database.rows(RUNNING))]

    async def expose(self, experiment: str, unit: bytes, variant: int, release: str, at: float) -> None:
        """Note a unit's first exposure; a later one changes nothing. `at` is in epoch seconds."""
        await self._asked(lambda: self._database.rows(EXPOSE, experiment, unit, variant, release, at))

    async def add(self, experiment: str, unit: bytes, run_id: str, at: float, outcome: Outcome) -> None:
        """Note how a run ended."""
        used = (outcome.outcome, outcome.tokens, outcome.cost_usd, outcome.seconds, outcome.passed)
        await self._asked(lambda: self._database.rows(ADD, experiment, unit, run_id, at, *used))

    async def rate(self, run_id: str, rating: str) -> None:
        """Note a run's first rating, if it was part of a running experiment: its end fixes what was compared."""
        await self._asked(lambda: self._database.rows(RATE, rating, run_id))

    async def close(self) -> None:
        """The database stays open."""

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> T:
        if self._clock() < self._rests_until:
            raise LogRests
        try:
            return await ask()
        except StorageError:
            self._rests_until = self._clock() + REST_SECONDS
            raise
