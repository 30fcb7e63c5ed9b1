"""The stage, with a fake Docker client: a script that records its arguments."""

import shlex
import signal
import sys
from pathlib import Path

import pytest
import yaml

from rollout.errors import PartFailed
from rollout.rehearsal.programs import Program
from rollout.rehearsal.stage import Stage
from tests.repository import REPOSITORY
from tests.waiting import wait_until


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


INTERRUPTS_US = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (os.kill(os.getppid(), int(sys.argv[1])), os._exit(0)))
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_second_signal_does_not_interrupt_the_end(number: signal.Signals) -> None:
    before = signal.signal(number, signal.default_int_handler)  # as the command does
    try:
        with Stage(REPOSITORY, {}, speed=15, lease_seconds=1) as stage:
            rude = stage.start("rude", (sys.executable, "-c", INTERRUPTS_US, str(int(number))))
            wait_until(lambda: "ready" in rude.log.read_text())
        assert not stage.folder.exists()
        assert signal.getsignal(number) == signal.default_int_handler
    finally:
        signal.signal(number, before)


def fors(folder: Path) -> set[str]:
    """Every `for` of the rules about the parts."""
    rules = yaml.safe_load((folder / "monitoring" / "rules" / "agent.yml").read_text(encoding="utf-8"))
    return {each["for"] for each in rules["groups"][0]["rules"] if "for" in each}


def test_only_a_stage_that_asks_for_it_divides_every_for_of_an_alert() -> None:
    with Stage(REPOSITORY, {}, speed=20, lease_seconds=1) as rehearsal:
        assert "30000ms" in fors(rehearsal.folder)
    with Stage(REPOSITORY, {}, speed=20, lease_seconds=1, shortest_for_seconds=0) as replay:
        assert {"9000ms", "3000ms"} < fors(replay.folder)


def test_a_release_that_is_not_to_be_scraped_is_no_target() -> None:
    with Stage(REPOSITORY, {}, speed=20, lease_seconds=1) as stage:
        targets = stage.folder / "monitoring" / "targets" / "agent.json"
        stage.start_release("green", "unseen", module="json.tool", is_scraped=False)
        assert "unseen" not in targets.read_text()
        stage.start_release("blue", "seen", module="json.tool")
        assert '"seen"' in targets.read_text()


def test_a_stage_can_be_ended_before_it_is_left() -> None:
    with Stage(REPOSITORY, {}, speed=20, lease_seconds=1) as stage:
        started = stage.start("sleeps", ("sleep", "60"))
        stage.end()
        assert started.exit_code() is not None
        assert not stage.folder.exists()
