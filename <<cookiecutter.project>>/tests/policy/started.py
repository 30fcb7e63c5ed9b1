"""Fixtures: one real Prometheus for all these tests; each test has releases with new names."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from rollout.rehearsal.parts import tool
from rollout.rehearsal.programs import Program
from tests.policy.exporter import Exporter
from tests.policy.live import CONFIG, OFTEN_SECONDS, RULES, Live, start_prometheus
from tests.policy.releases import Agent

NUMBERS = count(1)
STEADY_SECONDS = 2.0


@pytest.fixture(scope="session")
def prometheus() -> Program:
    """Prometheus, from this machine's PATH or cache."""
    return tool("prometheus")


@pytest.fixture(scope="session")
def live(prometheus: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server that scrapes what a test publishes. Shared, because each takes 5 s until its first scrape."""
    with started(prometheus, tmp_path_factory.mktemp("prometheus"), OFTEN_SECONDS) as found:
        yield found


@pytest.fixture(scope="session")
def steady(prometheus: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One whose scrapes a busy machine answers in time, for tests that wait for no change."""
    with started(prometheus, tmp_path_factory.mktemp("steady"), STEADY_SECONDS) as found:
        yield found


@contextmanager
def started(prometheus: Program, folder: Path, every_seconds: float) -> Iterator[Live]:
    with Exporter() as exporter:
        config = CONFIG.replace("ADDRESS", exporter.address).replace("EVERY", f"{every_seconds * 1000:.0f}ms")
        (folder / "prometheus.yml").write_text(config)
        (folder / "rules.yml").write_text(RULES)
        process, server = start_prometheus(prometheus, folder, folder / "prometheus.yml")
        try:
            yield Live(server, exporter, every_seconds)
        finally:
            process.stop()


@pytest.fixture
def new() -> Agent:
    """The canary's process. Its name is new to Prometheus."""
    return Agent(f"new-{next(NUMBERS)}")


@pytest.fixture
def old() -> Agent:
    """Stable's process."""
    return Agent(f"old-{next(NUMBERS)}")
