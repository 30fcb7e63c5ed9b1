"""Experiments in a log file, started and read as tests need them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from agent.experiments import Experiments
from agent.experiments.log import SCHEMA, ExperimentLog
from agent.experiments.troubles import Troubles
from agent.metrics import Metrics

SPLIT: list[dict[str, Any]] = [
    {"name": "control", "share": 0.5},
    {"name": "small", "share": 0.5, "model": "offline:cost=0.5"},
]


def start(path: Path, name: str = "cheaper", variants: list[dict[str, Any]] = SPLIT, **more: Any) -> None:
    """Write a running experiment to the log, as `experiments start` does."""
    definition = {"name": name, "unit": "user", "anonymous": "left_out", "variants": variants} | more
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(SCHEMA)
        columns = "name, sha256, definition, started_at, started_by, source"
        insert = f"INSERT INTO experiments ({columns}) VALUES (?, '', ?, 0, '', '')"  # noqa: S608
        database.execute(insert, (name, json.dumps(definition)))


def stop(path: Path) -> None:
    """End all experiments."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE experiments SET ended_at = 1")


def rows(path: Path, columns: str, table: str) -> list[tuple[Any, ...]]:
    """What is in a table."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()  # noqa: S608


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def opened(path: Path, release: str = "v1", clock: Clock | None = None, runs: bool = True) -> Experiments:
    clock = clock or Clock()
    return Experiments(ExperimentLog(str(path), clock), release, lambda _variant: runs, troubles(), clock)


def troubles() -> Troubles:
    return Troubles(Metrics([]).experiment_troubles)


async def names(experiments: Experiments, owner: str, conversation: str | None = None) -> list[str]:
    return [each.variant.name for each in await experiments.assign(owner, conversation)]
