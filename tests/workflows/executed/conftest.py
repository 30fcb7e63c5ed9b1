"""One remote, one registry and one host for all runs."""

from collections.abc import Iterator

import pytest

from tests.host.images import Images, docker
from tests.host.registry import Registry
from tests.host.service import Service
from tests.host.traffic import served_by
from tests.workflows.executed.ground import Ground


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    made = Registry(tmp_path_factory.mktemp("registry"))
    yield made
    made.stop()


@pytest.fixture(scope="session")
def service(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A prepared host; its first release came from somebody's machine."""
    images = Images(registry.address)
    made = Service(images.engine, tmp_path_factory.mktemp("service"))
    try:
        made.up()
        first = images.release("first")
        done = made.start(first)
        assert done.code == 0, done.out + done.err
        assert served_by(made.url) == first
        yield made
    finally:
        made.down()


@pytest.fixture(scope="session")
def github(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """With no host: for what ends before."""
    yield Ground(tmp_path_factory.mktemp("github"), registry)
    docker("rmi", "--force", "candidate:ci", "candidate-engine:ci")


@pytest.fixture(scope="session")
def ground(registry: Registry, service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    yield Ground(tmp_path_factory.mktemp("ground"), registry, service)
    docker("rmi", "--force", "candidate:ci", "candidate-engine:ci")
