"""One registry, one set of images and one prepared host for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.host.images import Images
from tests.host.registry import Registry
from tests.host.service import Service

pytestmark = pytest.mark.docker


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Images]:
    registry = Registry(tmp_path_factory.mktemp("registry"))
    try:
        yield Images(registry.address)
    finally:
        registry.stop()


@pytest.fixture(scope="module")
def service(images: Images, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(images.engine, tmp_path_factory.mktemp("service"))
    try:
        made.up()
        yield made
    finally:
        made.down()
