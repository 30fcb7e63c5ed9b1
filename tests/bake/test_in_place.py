"""The project folder passes its own checks unrendered, and after a bake."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bake.answers import HOSTILE_DESCRIPTIONS
from tests.baking import Baker
from tests.source import PROJECT

# Python holds no answers: rendered or not, mypy and the tests of these folders find the same. make test runs them once,
# on a bake; test_options.py compares each of its files with the source.
TESTS_OF_WHAT_IS_RENDERED = (
    *("pytest", "-q", "-p", "no:cacheprovider"),
    *("-m", "not parts and not docker and not mutations"),
    *("--ignore=tests/agent", "--ignore=tests/evals", "--ignore=tests/experiments"),
    "--ignore=tests/profiling",
)


def check(folder: Path, caches: Path, *tool: str) -> None:
    """Run a Python tool in the folder, with its caches elsewhere."""
    environment = os.environ | {
        "PYTHONDONTWRITEBYTECODE": "1",
        "RUFF_CACHE_DIR": str(caches / "ruff"),
    }
    done = subprocess.run(
        [sys.executable, "-m", *tool],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "tool",
    [
        pytest.param(["ruff", "check"], id="ruff check"),
        pytest.param(["ruff", "format", "--check"], id="ruff format"),
        pytest.param(["pytest", "--collect-only", "-q", "-p", "no:cacheprovider"], id="pytest collects"),
        pytest.param([*TESTS_OF_WHAT_IS_RENDERED], id="pytest"),
    ],
)
def test_the_unrendered_project_passes(tool: list[str], template: Path, tmp_path: Path) -> None:
    check(template / PROJECT, tmp_path, *tool)


def test_a_repository_with_a_hostile_description_passes_its_own_tests(baker: Baker, tmp_path: Path) -> None:
    baked = baker.exactly(tmp_path, description=HOSTILE_DESCRIPTIONS["double quotes"])
    check(baked.folder, tmp_path, *TESTS_OF_WHAT_IS_RENDERED)
