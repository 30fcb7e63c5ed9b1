"""One remote, one registry and one cluster for all runs, and an issuer that the cluster trusts like GitHub's."""

from collections.abc import Iterator

import pytest
import yaml

from tests.cluster.running import Running
from tests.host.registry import Registry
from tests.host.started import registry
from tests.waiting import wait_until
from tests.workflows.executed.ground import NAME, Ground
from tests.workflows.in_cluster import administrator
from tests.workflows.in_cluster.issuer import Issuer
from tests.workflows.in_cluster.production import Production
from tests.workflows.in_cluster.user import User

__all__ = ["registry"]

FIRST = "v1.0.0"
TRUSTED_WITHIN_SECONDS = 180.0


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running() as running:
        prometheus = str(running.described["prometheus"])
        administrator.prepare(running, tmp_path_factory.mktemp("prepared") / "kubernetes", prometheus)
        yield running


@pytest.fixture(scope="session")
def production(cluster: Running, tmp_path_factory: pytest.TempPathFactory) -> Production:
    policy = tmp_path_factory.mktemp("policy") / "rollout.yaml"
    policy.write_text(administrator.POLICY)
    return Production(cluster, policy)


@pytest.fixture(scope="session")
def secret(cluster: Running, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A kubeconfig with a token of the service account for deployers."""
    return administrator.kubeconfig(cluster, tmp_path_factory.mktemp("secret"), with_token=True)


@pytest.fixture(scope="session")
def variable(cluster: Running, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A kubeconfig without credentials."""
    return administrator.kubeconfig(cluster, tmp_path_factory.mktemp("variable"), with_token=False)


@pytest.fixture(scope="session")
def issuer(cluster: Running, variable: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    made = Issuer(tmp_path_factory.mktemp("tokens") / "issuer", NAME)
    try:
        server = server_of(variable)
        administrator.trust(cluster, made, server)
        wait_until(lambda: User(cluster, made.token(server)).name(), TRUSTED_WITHIN_SECONDS, every_seconds=1)
        yield made
    finally:
        made.stop()


def server_of(kubeconfig: str) -> str:
    return str(yaml.safe_load(kubeconfig)["clusters"][0]["cluster"]["server"])


@pytest.fixture(scope="session")
def ground(registry: Registry, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    made = Ground(tmp_path_factory.mktemp("ground"), registry, change=administrator.for_a_cluster)
    made.environment |= issuer.environment
    return made


@pytest.fixture
def with_secret(ground: Ground, first: str, secret: str) -> Ground:
    """The workflows log in with a token of the service account, although they could ask GitHub for one."""
    assert first
    ground.login = [f"--secret=KUBECONFIG={secret}"]
    return ground


@pytest.fixture
def with_github(ground: Ground, first: str, variable: str) -> Ground:
    """The workflows log in with GitHub's token."""
    assert first
    ground.login = [f"--var=KUBECONFIG={variable}"]
    return ground


@pytest.fixture(scope="session")
def first(ground: Ground, production: Production, secret: str) -> str:
    """The first release, by a workflow that has a secret; returns its image."""
    ground.login = [f"--secret=KUBECONFIG={secret}"]
    run = ground.push_tag(ground.origin.tag(FIRST[1:])).finish()
    assert run.green, run.said()[-4000:]
    assert run.results().keys() >= {"check", "build", "sign", "approve", "deploy", "evidence", "attach"}
    image = ground.built(FIRST)["agent"]
    assert production.stable() == image
    return image


@pytest.fixture
def serving(first: str, production: Production) -> Iterator[Production]:
    """Some release is stable, and nothing is moved or kept, before and after the test."""
    production.wait_until_settled()
    yield production
    production.wait_until_settled()
    assert first
