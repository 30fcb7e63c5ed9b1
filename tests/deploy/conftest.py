"""A host created by `docker compose up -d`, with a real Docker engine."""

from collections.abc import Iterator

import pytest

from tests.deploy.hosts import left
from tests.host.images import docker, tag_of
from tests.host.service import Service

ENGINE_IMAGE = tag_of("engine") + "-composed"


@pytest.fixture(scope="package")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A host built and created by Compose, shared; it is removed afterwards."""
    host = Service(ENGINE_IMAGE, tmp_path_factory.mktemp("host"))
    try:
        host.compose("up", "--detach", "--wait", "--build")
        yield host
    finally:
        host.down()
    docker("rmi", ENGINE_IMAGE)
    assert left(host) == []
