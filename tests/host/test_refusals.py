"""What `rollout start` refuses on a host: one message, exit code 2, and nothing touched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.host.images import Images, docker
from tests.host.service import Service
from tests.host.traffic import served_by

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def pruned(serving: Service) -> Service:
    """The host, with only its stable release."""
    assert serving.rollout("prune").code == 0
    return serving


@pytest.fixture(autouse=True)
def untouched(pruned: Service) -> Iterator[None]:
    """No test here creates or stops a container of a release or an engine."""
    before = containers(pruned)
    yield
    assert containers(pruned) == before


def containers(service: Service) -> list[str]:
    return docker(
        "ps", "--all", "--format", "{{.ID}} {{.Names}} {{.State}}", "--filter", f"name={service.project}"
    ).split("\n")


def test_an_image_without_a_digest_is_refused(serving: Service) -> None:
    done = serving.rollout("start", "agent:latest")
    assert done.code == 2
    assert done.err.startswith("rollout: agent:latest: a release must be an image with its digest")


def test_a_host_that_does_not_answer_is_refused(
    serving: Service, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(serving.environment, "DOCKER_HOST", "unix:///nowhere/docker.sock")
    done = serving.rollout("start", images.release("another"))
    assert done.code == 2
    assert "the Docker engine of unix:///nowhere/docker.sock does not answer" in done.err
    assert "Traceback" not in done.err


def test_a_host_without_the_router_is_refused(serving: Service, images: Images) -> None:
    done = serving.rollout("start", images.release("another"), "--service", "another")
    assert done.code == 2
    assert done.err.startswith("rollout: this host has no service another; it has ")


def test_an_image_that_no_registry_has_is_refused(serving: Service, images: Images) -> None:
    name = images.release("another").partition("@")[0]
    done = serving.rollout("start", f"{name}@sha256:{'0' * 64}")
    assert done.code == 2, done.out + done.err
    assert done.err.startswith("rollout: ")
    assert "Traceback" not in done.err


def test_an_image_for_another_platform_is_refused(serving: Service, images: Images) -> None:
    done = serving.rollout("start", images.foreign())
    assert done.code == 2, done.out + done.err
    assert "is built for linux/s390x, but this host is linux/" in done.err


def test_a_policy_that_is_wrong_is_refused_with_its_line(serving: Service, images: Images, tmp_path: Path) -> None:
    policy = tmp_path / "rollout.yaml"
    policy.write_text("target: docker\nsteps: []\n")
    done = serving.rollout("start", images.release("another"), "--policy", str(policy))
    assert done.code == 2
    assert "rollout.yaml:2: steps" in done.err


def test_a_stopped_prometheus_is_refused(serving: Service, images: Images) -> None:
    docker("stop", serving.name("prometheus"))
    try:
        done = serving.rollout("start", images.release("another"))
    finally:
        docker("start", serving.name("prometheus"))
    assert done.code == 2
    assert "Prometheus can't be queried, so no gate can be judged" in done.err


def test_the_stable_release_is_not_started_a_second_time(serving: Service) -> None:
    done = serving.rollout("start", served_by(serving.url))
    assert done.code == 2
    assert done.err.endswith("is already stable: there is nothing to do\n")


def test_without_a_sound_stable_release_nothing_can_be_compared(serving: Service, images: Images) -> None:
    stable = serving.stable()
    docker("stop", stable)
    try:
        done = serving.rollout("start", images.release("another"))
    finally:
        docker("start", stable)
    assert done.code == 2
    assert "is exited: the gates have nothing to compare with. `rollout rollback IMAGE --now --reason ...`" in done.err


@pytest.mark.parametrize("command", ["abort", "promote"])
def test_without_a_running_rollout_there_is_nothing_to_order(serving: Service, command: str) -> None:
    done = serving.rollout(command, "--reason", "why")
    assert done.code == 2
    assert done.err == f"rollout: no rollout is running on this host: there is nothing to {command}\n"


def test_a_rollback_to_nothing_is_refused(pruned: Service) -> None:
    done = pruned.rollout("rollback", "--reason", "why")
    assert done.code == 2
    assert done.err.startswith("rollout: no other release is running on this host: name the release to restore")


@pytest.mark.parametrize(
    ("name", "content", "why"), [("a-b", "x", "name of a secret must be"), ("KEY", "\n", "standard input is empty")]
)
def test_a_secret_without_a_name_or_content_is_refused(serving: Service, name: str, content: str, why: str) -> None:
    done = serving.rollout("secret", name, stdin=content)
    assert done.code == 2
    assert why in done.err
