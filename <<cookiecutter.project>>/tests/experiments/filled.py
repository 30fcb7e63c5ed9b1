"""A log with users, as the service would have written them."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from agent.experiments.log import ADD, EXPOSE, SCHEMA, unit_id


@dataclass(frozen=True)
class Behaviour:
    """How a variant's users fare: the share of runs that are answered, the mean cost of a run, and its spread."""

    answered: float = 0.92
    cost: float = 0.01
    spread: float = 0.003


SAME = Behaviour()
Assign = Callable[[int], int]


def alternating(number: int) -> int:
    """Half of the users each."""
    return number % 2


def fill(
    path: Path,
    users: int,
    treatment: Behaviour = SAME,
    *,
    assign: Assign = alternating,
    name: str = "cheaper",
    first: int = 0,
    seed: int = 1,
    release: Callable[[int], str] = lambda _number: "v1",
) -> None:
    """Expose this many users, each with one to three runs."""
    chance = random.Random(seed)  # noqa: S311  a simulation
    exposures, outcomes = [], []
    for number in range(first, first + users):
        unit, variant = unit_id(name, f"user-{number}"), assign(number)
        how = (SAME, treatment)[variant]
        exposures.append((name, unit, variant, release(number), 1_000.0 + number))
        for run in range(chance.choice((1, 1, 2, 3))):
            outcome = "answered" if chance.random() < how.answered else "error"
            cost = max(0.0, chance.gauss(how.cost, how.spread))
            ended = (outcome, 100, cost, 0.5, None)
            outcomes.append((name, unit, f"run-{number}-{run}", 1_000.0 + number, *ended))
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(SCHEMA)
        database.executemany(EXPOSE, exposures)
        database.executemany(ADD, outcomes)
