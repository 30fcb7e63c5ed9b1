"""The stage, with a fake Docker client: a script that records its arguments."""

import shlex
from pathlib import Path

import pytest

from rollout.errors import PartFailed
from rollout.rehearsal.programs import Program
from rollout.rehearsal.stage import Stage
from tests.repository import REPOSITORY


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    """A client that fails at `run`, like one that was killed between creating a container and starting it."""
    script = tmp_path / "docker"
    script.write_text(f'#!/bin/sh\necho "$@" >> {shlex.quote(str(tmp_path))}/calls\ntest "$1" = rm\n')
    script.chmod(0o755)
    return script


def test_a_stage_removes_its_containers_even_if_their_client_could_not(docker: Path) -> None:
    haproxy = Program("haproxy", (str(docker), "run", "--rm"), "container", "some/image")
    with Stage(REPOSITORY, {"haproxy": haproxy}, speed=15, lease_seconds=1) as stage:
        folder = stage.folder
        with pytest.raises(PartFailed, match="router ended with exit code 1"):
            stage.start_router()

    run, removal = (docker.parent / "calls").read_text().splitlines()
    assert f"--name={folder.name}-router " in run
    assert f"--mount=type=bind,source={folder},target={folder} " in run
    assert removal == f"rm --force {folder.name}-router"
    assert not folder.exists()
