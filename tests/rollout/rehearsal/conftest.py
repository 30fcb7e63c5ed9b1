from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.rollout.rehearsal.running import Running


@pytest.fixture
def rehearse(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start rehearsals that end with the test."""
    started: list[Running] = []

    def start(*options: str, state: Path | None = None) -> Running:
        started.append(Running(tmp_path / str(len(started)), *options, state=state))
        return started[-1]

    yield start
    for each in started:
        each.kill()
