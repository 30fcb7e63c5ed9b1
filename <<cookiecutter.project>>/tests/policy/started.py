"""Fixtures: one real Prometheus for all these tests; each test has releases with new names."""

from collections.abc import Iterator
from itertools import count

import pytest

from rollout.rehearsal.parts import tool
from rollout.rehearsal.programs import Program
from tests.policy.exporter import Exporter
from tests.policy.live import CONFIG, RULES, Live, start_prometheus
from tests.policy.releases import Agent

NUMBERS = count(1)


@pytest.fixture(scope="session")
def prometheus() -> Program:
    """Prometheus, from this machine's PATH or cache."""
    return tool("prometheus")


@pytest.fixture(scope="session")
def live(prometheus: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server that scrapes what a test publishes. Shared, because each takes 5 s until its first scrape."""
    folder = tmp_path_factory.mktemp("prometheus")
    with Exporter() as exporter:
        (folder / "prometheus.yml").write_text(CONFIG.replace("ADDRESS", exporter.address))
        (folder / "rules.yml").write_text(RULES)
        process, server = start_prometheus(prometheus, folder, folder / "prometheus.yml")
        try:
            yield Live(server, exporter)
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
