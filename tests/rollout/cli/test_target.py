"""The target in rollout.yaml."""

import json
from pathlib import Path

import pytest

from rollout.cli.command import main
from rollout.docker.request import policy_for_docker
from rollout.errors import UnsupportedTarget
from rollout.policy.target import target_in
from tests.rollout.cli.shell import Shell
from tests.rollout.policies import SMALL

NOBODY = """
clusters: [{name: t, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: t, context: {cluster: t, user: t}}]
users: [{name: t, user: {token: x}}]
current-context: t
"""
NO_USER = NOBODY.replace(", user: t", "")
RELEASE = f"my-agent@sha256:{'a' * 64}"


@pytest.fixture
def kubernetes(tmp_path: Path) -> Path:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("target: docker", "target: kubernetes"), encoding="utf-8")
    return path


def refused(shell: Shell, policy: Path, *command: str) -> dict[str, str]:
    assert main([*command, "--json", "--policy", str(policy)]) == 2
    found: dict[str, str] = json.loads(shell.read())["refused"]
    return found


@pytest.mark.parametrize(
    "command",
    [
        ["start", RELEASE, "--unverified", "a test"],
        ["follow"],
        ["status"],
        ["doctor"],
        ["abort", "--reason", "a test"],
        ["promote", "--reason", "a test"],
        ["rollback", "--reason", "a test"],
        ["report"],
    ],
    ids=lambda command: str(command[0]),
)
def test_the_policy_says_that_a_command_is_for_a_cluster(
    shell: Shell, kubernetes: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.setenv("KUBECONFIG", str(kubernetes.with_name("missing")))
    found = refused(shell, kubernetes, *command)
    assert (found["code"], "KUBECONFIG names the file" in found["message"]) == ("no_cluster", True)


@pytest.mark.parametrize("kubeconfig", ["", "clusters: 5", "{", "clusters: []\ncontexts: []\n", NO_USER])
def test_a_kubeconfig_that_cannot_be_used_is_refused(
    shell: Shell, kubernetes: Path, kubeconfig: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kubernetes.with_name("kubeconfig")
    path.write_text(kubeconfig, encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(path))
    assert refused(shell, kubernetes, "status")["code"] == "no_cluster"


def test_an_api_server_that_does_not_answer_is_refused_before_anything_is_touched(
    shell: Shell, kubernetes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kubernetes.with_name("kubeconfig")
    path.write_text(NOBODY, encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(path))
    found = refused(shell, kubernetes, "abort", "--reason", "a test")
    assert found["code"] == "no_cluster"
    assert "Nothing was touched" in found["message"]


@pytest.mark.parametrize("command", [["prune"], ["certificate"], ["secret", "NAME"], ["dashboard", "--json"]])
def test_what_a_cluster_has_no_use_for_is_refused(command: list[str], kubernetes: Path) -> None:
    assert main([*command, "--policy", str(kubernetes)]) == 2


def test_the_engines_image_is_not_for_a_cluster(shell: Shell, kubernetes: Path) -> None:
    assert refused(shell, kubernetes, "start", RELEASE, "--engine", RELEASE)["code"] == "wrong_command_line"


def test_a_command_works_while_the_policy_is_invalid(kubernetes: Path) -> None:
    kubernetes.write_text("steps: [\ntarget: 'kubernetes' # ours\n", encoding="utf-8")
    assert target_in(kubernetes) == "kubernetes"
    assert target_in(kubernetes.with_name("missing")) == "docker"


@pytest.mark.parametrize("target", ["docker", '"docker"', "'docker'  # one host"])
def test_a_target_that_exists_is_obeyed_however_it_is_quoted(target: str, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("target: docker", f"target: {target}"), encoding="utf-8")
    assert policy_for_docker(path) == path.read_text()


def test_a_host_takes_no_policy_of_a_cluster(kubernetes: Path) -> None:
    with pytest.raises(UnsupportedTarget, match=r"rollout\.yaml: target: this is a host with Docker"):
        policy_for_docker(kubernetes)
