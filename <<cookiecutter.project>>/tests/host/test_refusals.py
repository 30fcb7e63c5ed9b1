"""What `rollout start` refuses on a host: one message, exit code 2, and nothing touched."""

from collections.abc import Iterator

import pytest

from tests.host.images import Images, docker
from tests.host.service import Service

pytestmark = pytest.mark.docker


@pytest.fixture(autouse=True)
def untouched(service: Service) -> Iterator[None]:
    """No test here makes or ends a container of a release or an engine."""
    before = standing(service)
    yield
    assert standing(service) == before


def standing(service: Service) -> list[str]:
    return docker(
        "ps", "--all", "--format", "{{.ID}} {{.Names}} {{.State}}", "--filter", f"name={service.project}"
    ).split("\n")


@pytest.mark.parametrize("image", ["agent:latest", "agent", "localhost:5000/agent:1.0", "agent@sha256:12"])
def test_an_image_without_a_whole_digest_is_refused(service: Service, image: str) -> None:
    done = service.rollout("start", image)
    assert done.code == 2
    assert done.err.startswith(f"rollout: {image}: a release is an image by its digest")


def test_a_host_that_does_not_answer_is_refused(
    service: Service, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(service.environment, "DOCKER_HOST", "unix:///nowhere/docker.sock")
    done = service.rollout("start", images.release("good"))
    assert done.code == 2
    assert "the Docker engine of unix:///nowhere/docker.sock does not answer" in done.err
    assert "Traceback" not in done.err


def test_a_host_without_the_router_is_refused(service: Service, images: Images) -> None:
    done = service.rollout("start", images.release("good"), "--service", "another")
    assert done.code == 2
    assert done.err.startswith("rollout: this host has no service another; there is ")


def test_an_image_that_no_registry_has_is_refused(service: Service, images: Images) -> None:
    name = images.release("good").partition("@")[0]
    done = service.rollout("start", f"{name}@sha256:{'0' * 64}")
    assert done.code == 2, done.out + done.err
    assert done.err.startswith("rollout: ")
    assert "Traceback" not in done.err


def test_an_image_for_another_platform_is_refused(service: Service, images: Images) -> None:
    done = service.rollout("start", images.foreign())
    assert done.code == 2, done.out + done.err
    assert "is made for linux/s390x, and this host is linux/" in done.err


def test_a_policy_that_is_wrong_is_refused_with_its_line(service: Service, images: Images, tmp_path) -> None:  # type: ignore[no-untyped-def]
    policy = tmp_path / "rollout.yaml"
    policy.write_text("target: docker\nsteps: []\n")
    done = service.rollout("start", images.release("good"), "--policy", str(policy))
    assert done.code == 2
    assert "rollout.yaml:2: steps" in done.err


def test_a_stopped_prometheus_is_refused(service: Service, images: Images) -> None:
    docker("stop", service.name("prometheus"))
    try:
        done = service.rollout("start", images.release("good"))
    finally:
        docker("start", service.name("prometheus"))
    assert done.code == 2
    assert "Prometheus can't be asked, so no gate could be judged" in done.err
