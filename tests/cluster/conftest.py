"""One cluster and one service for all tests. Its users send requests the whole time, as in production."""

from collections.abc import Callable, Iterator

import pytest

from tests.cluster.load import Sending
from tests.cluster.running import Running
from tests.cluster.service import Release, Service
from tests.policy.started import new, old, prometheus, steady

__all__ = ["new", "old", "prometheus", "steady"]

REQUESTS_PER_SECOND = 12.0


@pytest.fixture(scope="session")
def cluster() -> Iterator[Running]:
    with Running() as running:
        yield running


@pytest.fixture(scope="session")
def image(cluster: Running) -> tuple[str, str]:
    """The service's image, which the node has: a name and a digest."""
    return cluster.import_image()


@pytest.fixture(scope="session")
def deployed(cluster: Running, image: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The service, deployed for the first time."""
    service = Service(cluster, tmp_path_factory.mktemp("deploy") / "kubernetes", image)
    service.apply(Release())
    service.wait_for_phase("Healthy")
    return service


@pytest.fixture(scope="session")
def load(cluster: Running, deployed: Service) -> Iterator[Sending]:
    url, certificate = cluster.described["service"], cluster.described["certificate"]
    sending = Sending(url, certificate, REQUESTS_PER_SECOND)
    try:
        deployed.wait(lambda: sending.counts().answered(deployed.stable()) > REQUESTS_PER_SECOND)
        yield sending
    finally:
        sending.stop()


@pytest.fixture
def measured(capsys: pytest.CaptureFixture[str]) -> Callable[[str, float], None]:
    """Shows how long something took, in seconds."""

    def show(what: str, seconds: float) -> None:
        with capsys.disabled():
            print(f"\n{what}: {seconds:.1f} s")

    return show


@pytest.fixture
def service(deployed: Service, load: Sending) -> Iterator[Service]:
    """With all traffic on stable, before and after the test: stable is applied again, which is a rollback."""
    assert deployed.phase() == "Healthy"
    before, stable = load.counts(), deployed.stable()
    yield deployed
    after = load.counts()
    if deployed.phase() != "Healthy":
        deployed.back_to_stable()
    assert after["lost"] == before["lost"], f"lost requests: {after['lost_by_kind']}"
    assert after.errors(stable) == before.errors(stable)
    assert "unknown" not in after["releases"], "the router itself answered"
