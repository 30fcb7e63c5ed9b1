"""What `experiments` does in a log in PostgreSQL."""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from agent.errors import StartError, StorageError, StorageUnavailable
from agent.experiments.definition import Experiment
from agent.experiments.measures import MEASURES, MOMENTS
from agent.experiments.records import (
    Gathered,
    RecordsRefused,
    Started,
    already_started,
    check_overlaps,
    check_size,
    has_ended,
    not_started,
    too_slow,
)
from agent.postgres import Patience, Postgres, Row

INSERT = """
INSERT INTO agent_experiments (name, sha256, definition, started_at, started_by, source)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING name"""
SELECT = """
SELECT sha256, started_at, started_by, source, ended_at, ended_by, ending FROM agent_experiments WHERE name = $1"""
RUNNING = "SELECT definition FROM agent_experiments WHERE ended_at IS NULL"
END = """
UPDATE agent_experiments SET ended_at = $1, ended_by = $2, ending = $3
WHERE name = $4 AND ended_at IS NULL RETURNING name"""
EXPOSED = """
SELECT variant, count(*), min(at), max(at) FROM agent_exposures WHERE experiment = $1 AND at <= $2 GROUP BY variant"""
# As measures.PER_UNIT.
PER_UNIT = """
SELECT e.variant, e.release, least($3::int, trunc((e.at - $4) * $5::float8 / $6)::int) AS moment, o.*
FROM agent_exposures e JOIN (
  SELECT unit, count(*)::float8 AS runs,
    (count(*) FILTER (WHERE outcome = 'answered' AND rating IS DISTINCT FROM 'bad'
      AND passed IS DISTINCT FROM false))::float8 AS completed,
    (count(*) FILTER (WHERE outcome NOT IN ('answered', 'cancelled') AND left(outcome, 7) <> 'client_'))::float8
      AS failed,
    sum(tokens)::float8 AS tokens, coalesce(sum(cost_usd), 0) AS cost_usd,
    count(*) FILTER (WHERE cost_usd IS NULL AND tokens > 0) AS unpriced, sum(seconds) AS seconds,
    (count(*) FILTER (WHERE rating = 'good'))::float8 AS good, count(rating)::float8 AS rated
  FROM agent_outcomes WHERE experiment = $1 AND at <= $2 GROUP BY unit
) o ON o.unit = e.unit WHERE e.experiment = $1 AND e.at <= $2"""
UNPRICED = "SELECT '', '', 0, 0, coalesce(sum(unpriced), 0)::bigint, 0, 0, 0, 0, 0 FROM per_unit"
CONNECT_SECONDS, COMMAND_SECONDS = 10.0, 600.0

T = TypeVar("T")


class PostgresRecords:
    """As Records; each method has a connection of its own, and raises RecordsRefused if the database can't be used. The
    service creates the tables."""

    def __init__(self, url: str, within_seconds: float = math.inf) -> None:
        seconds = min(within_seconds, COMMAND_SECONDS)
        self._url, self._patience = url, Patience(connect=CONNECT_SECONDS, command=seconds)

    def started(self, name: str) -> Started:
        rows = self._with(lambda database: database.rows(SELECT, name))
        if not rows:
            raise not_started(name)
        sha256, started_at, by, source, ended_at, ended_by, ending = rows[0]
        found = None if ending is None else json.loads(ending)
        return Started(sha256, started_at, by, source, ended_at, ended_by, found)

    def start(self, definition: Experiment, sha256: str, at: float, by: str, source: str) -> None:
        values = (definition.name, sha256, definition.model_dump_json(), at, by, source)

        async def insert(database: Postgres) -> None:
            async with database.transaction() as connection:
                await connection.execute("LOCK TABLE agent_experiments IN EXCLUSIVE MODE")  # readers go on
                running = [Experiment.model_validate_json(row[0]) for row in await connection.fetch(RUNNING)]
                check_overlaps(definition, running)
                if not await connection.fetch(INSERT, *values):
                    raise already_started(definition.name)

        self._with(insert)

    def end(self, name: str, at: float, by: str, ending: dict[str, Any]) -> None:
        if not self._with(lambda database: database.rows(END, at, by, json.dumps(ending), name)):
            raise has_ended(name)

    def gathered(self, name: str, metrics: Iterable[str], at: float, end: float = math.inf) -> Gathered:
        end, metrics = min(end, at), list(metrics)

        async def gather(database: Postgres) -> Gathered:
            rows = {row[0]: tuple(row)[1:] for row in await self._read(database, EXPOSED, name, end)}
            began = min((first for _, first, _ in rows.values()), default=0.0)
            until = max((last for _, _, last in rows.values()), default=0.0)
            found = Gathered(at, (rows.get(0, (0,))[0], rows.get(1, (0,))[0]), began, until, {}, 0)
            moments = (MOMENTS - 1, began, MOMENTS, max(until - began, 1e-9))
            cells: dict[str, list[Any]] = {each: [] for each in metrics}
            unpriced = 0
            summed = await self._read(database, query(metrics), name, end, *moments)
            for metric, release, moment, variant, units, *sums in summed:
                if metric:
                    cells[metric].append((release, moment, variant, units, *map(float, sums)))
                else:
                    unpriced = units
            check_size(name, cells)
            return Gathered(found.at, found.exposed, began, until, cells, unpriced)

        return self._with(gather)

    async def _read(self, database: Postgres, statement: str, *values: object) -> list[Row]:
        """Raises RecordsRefused if it takes too long."""
        try:
            return await database.rows(statement, *values)
        except StorageUnavailable as error:
            if isinstance(error.__cause__, TimeoutError):
                raise too_slow(self._patience.command) from error
            raise

    def _with(self, work: Callable[[Postgres], Awaitable[T]]) -> T:
        async def whole() -> T:
            async with Postgres(self._url, self._patience, "the log") as database:
                return await work(database)

        try:
            return asyncio.run(whole())
        except (StartError, StorageError) as error:
            raise RecordsRefused("no_log", f"the log can't be used: {error}") from error


def query(metrics: Iterable[str]) -> str:
    """One statement for the sums of all metrics: the units are added up once."""
    selects = [UNPRICED]
    for name in metrics:
        x, y = MEASURES[name].x, MEASURES[name].y
        selects.append(
            f"SELECT '{name}', release, moment, variant, count(*), sum({x}), sum({y}), sum(({x}) * ({x})), "  # noqa: S608
            f"sum(({y}) * ({y})), sum(({x}) * ({y})) FROM per_unit WHERE {MEASURES[name].needs} "
            "GROUP BY release, moment, variant"
        )  # all of it from MEASURES
    return f"WITH per_unit AS MATERIALIZED ({PER_UNIT})\n" + "\nUNION ALL\n".join(selects)
