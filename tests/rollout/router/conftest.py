"""Two fake backends, and a real router in front of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rollout.router.backend import Backend
from tests.rollout.router.running import RunningRouter


@pytest.fixture
def blue() -> Iterator[Backend]:
    backend = Backend("blue")
    yield backend
    backend.close()


@pytest.fixture
def green() -> Iterator[Backend]:
    backend = Backend("green")
    yield backend
    backend.close()


@pytest.fixture
def router(tmp_path: Path, blue: Backend, green: Backend) -> Iterator[RunningRouter]:
    """A router with all users on blue, and trusted x-user-id."""
    with RunningRouter(tmp_path, blue, green) as running:
        yield running
