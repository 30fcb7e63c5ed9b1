"""The commands of a baked repository that need no .venv, and what `make demo` makes of two rehearsals."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.baking import Bake
from tests.source import PROJECT, REPOSITORY

MACHINE = re.compile(r"://|--index|--find-links|localhost|^\s*#.*\s/", re.MULTILINE)


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in the folder, as a user does: not as a part of the make that runs this test."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=folder, env=ours, capture_output=True, text=True, timeout=60)


def test_make_alone_lists_every_command(defaults: Bake) -> None:
    commands = set(re.findall(r"^\.PHONY: (.+)$", (defaults.folder / "Makefile").read_text(), re.MULTILINE)[0].split())
    listed = {line.split()[1] for line in make(defaults.folder).stdout.splitlines()}
    assert listed == commands


def test_make_setup_says_which_python_it_needs_and_how_to_get_it(defaults: Bake) -> None:
    done = make(defaults.folder, "setup", "PYTHON=no-such-python")
    assert done.returncode == 2
    assert "needs Python 3.11 or newer with its venv module; 'no-such-python' is not that" in done.stdout
    assert "apt-get install python3 python3-venv" in done.stdout
    assert not (defaults.folder / ".venv").exists()


@pytest.mark.parametrize(
    ("good", "bad", "demo"),
    [
        pytest.param(0, 0, 0, id="both as expected"),
        pytest.param(1, 0, 2, id="good not promoted, or a request lost"),
        pytest.param(0, 1, 2, id="bad not rolled back, or a request lost"),
        pytest.param(2, 0, 2, id="refused"),
    ],
)
def test_make_demo_succeeds_only_when_both_rehearsals_end_as_they_should(
    good: int, bad: int, demo: int, defaults: Bake, tmp_path: Path
) -> None:
    folder = shutil.copytree(defaults.folder, tmp_path / "my agent")
    rollout = folder / ".venv" / "bin" / "rollout"
    rollout.parent.mkdir(parents=True)
    cases = f'*promoted) exit {good};; *"--fault errors=0.2 --expect rolled_back") exit {bad};; *) exit 9;;'
    rollout.write_text(f'#!/bin/sh\ncase "$*" in {cases} esac\n')
    rollout.chmod(0o755)
    (folder / ".venv" / "ready").touch()
    assert make(folder, "demo").returncode == demo


@pytest.mark.parametrize(
    "name", [f"{PROJECT}/requirements/{part}.txt" for part in ("agent", "engine", "dev")] + ["requirements/dev.txt"]
)
def test_compiled_requirements_are_hashed_and_name_no_machine(name: str) -> None:
    text = (REPOSITORY / name).read_text()
    pins = re.findall(r"^[a-z0-9._-]+(?:\[.+\])?==.+\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-z]", text, re.MULTILINE)) > 0
    assert MACHINE.search(text) is None
