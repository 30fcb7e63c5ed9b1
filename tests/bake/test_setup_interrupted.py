"""Two makes that create one .venv at the same time, and one that is interrupted."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.bake.setups import QUICK, has_tiny, install, program, start
from tests.waiting import wait_until

PYTHON = """#!/bin/sh
case "$*" in "-m venv"*)
  mktemp >/dev/null
  touch started
  {python} -c "import time; time.sleep({seconds})" || exit
esac
exec {python} "$@"
"""
UV = """#!/bin/sh
case "$1" in
  --version) echo "uv 1.0" ;;
  venv) exec {python} -m venv .venv ;;
  *) mktemp >/dev/null; touch started; exec {python} -c "import time; time.sleep({seconds})" ;;
esac
"""


def slow(folder: Path, stage: str, seconds: int) -> dict[str, str]:
    """A Python that takes this long to create a venv, or a uv that takes this long to install, with a temporary
    file."""
    text = {"PYTHON": PYTHON, "UV": UV}[stage].format(python=f'"{folder / QUICK}"', seconds=seconds)
    return {stage: str(program(folder / f"slow-{stage}", text))}


def test_two_simultaneous_installs_take_turns_and_the_second_has_nothing_to_do(folder: Path) -> None:
    first = start(folder, **slow(folder, "PYTHON", 2))
    wait_until((folder / "started").exists)
    second = install(folder)
    assert first.communicate(timeout=600)[1] == ""
    assert (first.returncode, second.returncode, second.stderr) == (0, 0, "")
    lines = [line for line in second.stdout.splitlines() if not line.endswith(" s")]
    assert lines == ["another make is setting up .venv; waiting ..."]
    assert has_tiny(folder)


def test_a_killed_install_does_not_block_the_next_one(folder: Path) -> None:
    first = start(folder, **slow(folder, "PYTHON", 1))
    wait_until((folder / "started").exists)
    first.kill()
    first.wait()
    assert install(folder).returncode == 0
    first.communicate()
    assert has_tiny(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("stage", ["PYTHON", "UV"])
def test_an_interrupted_install_leaves_nothing_and_is_repaired(
    folder: Path, stage: str, number: signal.Signals
) -> None:
    (folder / "temporary").mkdir()
    setting = {"TMPDIR": str(folder / "temporary")}
    running = start(folder, **slow(folder, stage, 60), **setting)
    wait_until((folder / "started").exists)
    os.killpg(running.pid, number)  # like a terminal
    output, errors = running.communicate(timeout=45)
    assert running.returncode == 128 + number
    assert errors == "\ninterrupted: the next run repeats what is unfinished\n"
    assert "Traceback" not in output
    assert list((folder / "temporary").iterdir()) == []
    done = install(folder, **setting)
    assert (done.returncode, done.stderr) == (0, "")
    assert "setting up .venv" in done.stdout
    assert has_tiny(folder)
