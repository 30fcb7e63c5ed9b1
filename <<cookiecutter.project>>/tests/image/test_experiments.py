"""The commands of `experiments` against a release on a real Docker engine."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from experiments.command import main
from rollout.onhost import names
from tests.asking import ask
from tests.image.conftest import Images
from tests.image.docker import DOCKER, HARDENED, Container, docker
from tests.waiting import wait_until

pytestmark = pytest.mark.docker

CONVERSATIONS = 6


@pytest.fixture
def service(images: Images) -> Iterator[str]:
    """A host as `rollout` leaves it, with a release that has a log; returns its project."""
    project = f"test-{uuid.uuid4().hex[:8]}"
    release, data = f"{project}-release:1", f"{project}_data"
    with_log = f"FROM {images.agent}\nENV AGENT_EXPERIMENTS=experiments.db\n"
    command = [DOCKER, "build", "--quiet", f"--tag={release}", "-"]
    with ExitStack() as made:
        subprocess.run(
            command, input=with_log, text=True, check=True, env=os.environ | {"DOCKER_BUILDKIT": "1"}, timeout=120
        )
        made.callback(docker, "image", "rm", "--force", release)
        docker("volume", "create", data)
        made.callback(docker, "volume", "rm", "--force", data)
        router = labels(project, "router", **{names.ENGINE_IMAGE: images.engine})
        made.callback(docker, "rm", "--force", docker("create", *router, images.engine, "survey"))
        made.callback(docker, "rm", "--force", f"{project}-blue")
        of_release = labels(project, "release", **{names.RELEASE: release})
        settings = (
            "--env=AGENT_AUTH=off",
            "--env=AGENT_MODEL=offline",
            f"--env=AGENT_DATA_FOLDER={names.DATA}",
            "--publish=127.0.0.1::8000",
        )
        mounted = ("--name", f"{project}-blue", "--volume", f"{data}:{names.DATA}")
        docker("run", "--detach", *HARDENED, *of_release, *settings, *mounted, release)
        yield project


def labels(project: str, part: str, **more: str) -> list[str]:
    found = {names.PROJECT: project, names.PART: part, **more}
    return [f"--label={name}={value}" for name, value in found.items()]


def test_an_experiment_on_a_host_from_its_start_to_its_end(
    service: str, images: Images, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = images.folder / "experiments"

    def run(command: str, *options: str, name: str = "cheaper") -> dict[str, Any]:
        code = main([command, name, "--folder", str(folder), "--service", service, "--json", *options])
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert (code == 0) != ("refused" in found), found
        return found

    release = Container(f"{service}-blue")
    release.wait_until_healthy()
    assert run("status")["refused"]["code"] == "not_started"
    assert run("start")["experiment"] == "cheaper"

    def assigned() -> int:
        for number in range(CONVERSATIONS):
            assert ask(release.url(), "Hello", conversation_id=f"c{number}").status == 200
        return sum(run("status")["units"].values())

    wait_until(lambda: assigned() == CONVERSATIONS, 20)  # within a second of the start
    run("stop", "--reason", "a test")
    assert run("status")["state"] == "ended"
    docker("stop", release.id)
    assert run("status")["refused"]["code"] == "no_release"
    of_helpers = f"--filter=label={names.PART}=helper"
    helpers = docker("ps", "--all", "--quiet", f"--filter=label={names.PROJECT}={service}", of_helpers)
    assert helpers == ""
