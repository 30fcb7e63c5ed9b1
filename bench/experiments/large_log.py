"""A log with a million exposed users, each with a run: how long a decision takes, and what it needs."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.experiments.command import Used, run
from bench.experiments.definition import NAME, halves, write
from bench.figure import Figure

USERS = 1_000_000
Rows = Iterator[tuple[Any, ...]]


def in_file(repository: Path) -> Iterator[Figure]:
    """In SQLite."""
    from agent.experiments.log import ADD, EXPOSE
    from experiments.log import rehearsed

    with tempfile.TemporaryDirectory() as folder:
        definition, path = write(Path(folder), halves(repository)), Path(folder, "log.db")
        with rehearsed(str(path)) as log:
            start(log, definition)
        with closing(sqlite3.connect(path)) as database, database:
            database.executemany(EXPOSE, exposures())
            database.executemany(ADD, outcomes())
        used = run(repository, "decide", definition, str(path))
        yield from figures("a file", used)


def in_postgres(repository: Path) -> Iterator[Figure]:
    """In PostgreSQL: the decision's work is done by the server, so its CPU time and its memory count too."""
    from bench.experiments.backends import backends
    from experiments.log import opened
    from tests.agent.postgres_server import postgres_server

    with tempfile.TemporaryDirectory() as folder, postgres_server() as server:
        definition, url = write(Path(folder), halves(repository)), server.url()
        asyncio.run(fill(url))
        with opened(url) as log:
            start(log, definition)
        with backends(server) as by_server:
            used = run(repository, "decide", definition, url)
        both = Used(used.seconds, used.cpu_seconds + by_server.cpu_seconds, used.memory_mb + by_server.memory_mb)
        yield from figures("PostgreSQL", both)


def figures(where: str, used: Used) -> Iterator[Figure]:
    what = f"{USERS:,} users in {where}, decided"
    yield Figure(what, used.seconds, "s", 10)
    yield Figure(f"{what}: CPU", used.cpu_seconds, "s", 10)
    yield Figure(f"{what}: memory", used.memory_mb, "MB", 500)


def start(log: Any, definition: Path) -> None:
    from experiments.commands import experiment_of
    from experiments.file import load

    declared = load(definition)
    log.start(experiment_of(declared), declared.sha256, "bench", "bench")


async def fill(url: str) -> None:
    """Create the tables as a service does, and fill them as it would."""
    import asyncpg

    from agent.experiments.postgres import PostgresLog
    from agent.place import database

    place = database(url)
    PostgresLog(place)
    async with place:
        pass
    connection = await asyncpg.connect(url)
    try:
        await connection.copy_records_to_table("agent_exposures", records=exposures())
        columns = ["experiment", "unit", "run_id", "at", "outcome", "tokens", "cost_usd", "seconds", "passed"]
        await connection.copy_records_to_table("agent_outcomes", records=outcomes(), columns=columns)
        await connection.execute("ANALYZE")  # as autovacuum does within a minute
    finally:
        await connection.close()


def exposures() -> Rows:
    """The rows of all users."""
    return ((NAME, unit(number), number % 2, "v1", float(number)) for number in range(USERS))


def outcomes() -> Rows:
    """The rows of one run of each user."""
    chance = random.Random(19)  # noqa: S311  a simulation
    for number in range(USERS):
        cost = chance.gauss(0.002, 0.0005)
        yield NAME, unit(number), f"run-{number}", float(number), "answered", 100, cost, 0.5, None


def unit(number: int) -> bytes:
    from agent.experiments.log import unit_id

    return unit_id(NAME, f"made-up-{number}")
