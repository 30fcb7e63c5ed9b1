"""`python -m evals`, as CI runs it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evals.__main__ import FOLDER

ROOT = Path(__file__).parents[2]


def evals(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it in a checkout, with the settings of nobody's environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_")}
    command = [sys.executable, "-m", "evals", *arguments]
    return subprocess.run(
        command, cwd=folder, env=kept | {"PYTHONPATH": str(folder)}, capture_output=True, text=True, timeout=120
    )


def open_checkout(folder: Path) -> Path:
    """A checkout that a pull request can change."""
    for name in ("agent", "evals"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return open_checkout(tmp_path)


def test_the_agent_reaches_its_floors(checkout: Path) -> None:
    done = evals(checkout)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert done.stdout.endswith("\neval: passed with the model offline\n")


def test_a_pull_request_that_makes_the_prompt_worse_is_stopped(checkout: Path) -> None:
    file = checkout / "agent" / "run" / "agent.py"
    changed, count = re.subn(r"^INSTRUCTIONS = .*$", 'INSTRUCTIONS = "Help."', file.read_text(), flags=re.MULTILINE)
    assert count == 1
    file.write_text(changed)
    done = evals(checkout)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "format is 0." in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_pull_request_that_takes_a_tool_away_is_stopped(checkout: Path) -> None:
    file = checkout / "agent" / "tools" / "words.py"
    file.write_text(file.read_text().replace("len(text.split())", "len(text.split()) + 1"))
    done = evals(checkout)
    assert done.returncode == 1
    assert re.search(r"^eval: failed with the model offline: contains is 0\.9\d\d, below", done.stderr, re.MULTILINE)


def test_a_run_that_crashes_is_named(checkout: Path) -> None:
    done = evals(checkout, "--model", "offline:exception=LookupError@0.1")
    assert done.returncode == 1
    assert re.search(r"^eval: failed .*: \d+ crashed, the first case \S+: LookupError: the fault", done.stderr)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "nobody:nothing"], "eval: AGENT_MODEL=nobody:nothing can't be used"),
        (["--floors", str(FOLDER / "none.yaml")], "eval: .*none.yaml: can't be read"),
        (["--trials", "0"], "should be a whole number from 1"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(checkout: Path, arguments: list[str], message: str) -> None:
    done = evals(checkout, *arguments)
    assert done.returncode == 2
    assert re.search(message, done.stderr)
