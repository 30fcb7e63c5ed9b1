"""One remote, one registry and one host for all runs."""

from collections.abc import Iterator

import pytest

from tests.host.images import docker
from tests.host.registry import Registry
from tests.host.service import Service
from tests.host.started import images, registry, service, serving
from tests.workflows.executed.ground import Ground

__all__ = ["images", "registry", "service", "serving"]


@pytest.fixture(scope="session")
def github(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Without a host, for runs that end before they need one."""
    yield Ground(tmp_path_factory.mktemp("github"), registry)
    docker("rmi", "--force", "candidate:ci", "candidate-engine:ci")


@pytest.fixture(scope="package")  # as its host has
def ground(registry: Registry, serving: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    yield Ground(tmp_path_factory.mktemp("ground"), registry, serving)
    docker("rmi", "--force", "candidate:ci", "candidate-engine:ci")
