"""Experiments: their statistics, a million users in a file and in PostgreSQL, and the guide's example."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.experiments.command import run
from bench.experiments.definition import guides, write
from bench.experiments.large_log import in_file, in_postgres
from bench.experiments.simulations import assignments, false_positives, power
from bench.figure import Figure


def measure(repository: Path) -> list[Figure]:
    """The figures of the repository's experiments; its packages are on PYTHONPATH."""
    return [
        *false_positives(),
        *power(),
        *assignments(),
        *in_file(repository),
        *in_postgres(repository),
        *guide(repository),
    ]


def guide(repository: Path) -> Iterator[Figure]:
    """The guide's example with its 10,000 users, from the plan to the decision."""
    with tempfile.TemporaryDirectory() as folder:
        definition, log = write(Path(folder), guides(repository)), Path(folder, "log.db")
        seconds = sum(run(repository, command, definition, str(log)).seconds for command in ("rehearse", "decide"))
        yield Figure("the guide's experiment, rehearsed and decided", seconds, "s", 300)
