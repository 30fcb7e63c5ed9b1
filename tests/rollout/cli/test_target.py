"""The target in rollout.yaml."""

import json
from pathlib import Path

import pytest

from rollout.cli.command import main
from rollout.docker.request import policy_for_docker
from tests.rollout.cli.shell import Shell
from tests.rollout.policies import SMALL

RELEASE = f"my-agent@sha256:{'a' * 64}"


@pytest.mark.parametrize("command", [["start", RELEASE], ["start", RELEASE, "--follow", "--engine", RELEASE]])
def test_a_target_that_does_not_exist_yet_is_refused_before_any_host_is_asked(
    shell: Shell, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("target: docker", "target: kubernetes"), encoding="utf-8")
    assert main([*command, "--json", "--policy", str(path)]) == 2
    refused = json.loads(shell.read())["refused"]
    assert refused["code"] == "unsupported_target"
    assert "releases can't be deployed to kubernetes yet. Write `target: docker`" in refused["message"]
    assert "`rollout render` writes this policy for Argo Rollouts" in refused["message"]


@pytest.mark.parametrize("target", ["docker", '"docker"', "'docker'  # one host"])
def test_a_target_that_exists_is_obeyed_however_it_is_quoted(target: str, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("target: docker", f"target: {target}"), encoding="utf-8")
    assert policy_for_docker(path) == path.read_text()
