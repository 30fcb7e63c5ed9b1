"""One registry, one set of images and one prepared host for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.host.images import Images
from tests.host.registry import Registry
from tests.host.service import Service
from tests.host.traffic import served_by

pytestmark = pytest.mark.docker


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    made = Registry(tmp_path_factory.mktemp("registry"))
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def images(registry: Registry) -> Images:
    return Images(registry.address)


@pytest.fixture(scope="package")  # an idle host's Prometheus takes from the tests after it
def service(images: Images, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(images.engine, tmp_path_factory.mktemp("service"))
    try:
        made.up()
        yield made
    finally:
        made.down()


@pytest.fixture(scope="package")
def serving(service: Service, images: Images) -> Service:
    """The host, with a first release. Each test accepts any stable release."""
    release = images.release("first")
    done = service.start(release)
    assert done.code == 0, done.out + done.err
    assert "the first release on this host: nothing to compare it with" in done.out
    assert served_by(service.url) == release
    return service
