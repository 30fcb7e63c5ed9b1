"""A fresh bake has no history, so its test of two releases side by side runs here, on the template's."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.source import PROJECT, TEMPLATE

SIDE_BY_SIDE = (
    "tests/agent/test_release_before.py::test_each_continues_what_the_release_before_wrote_and_answers_its_keys"
)


def is_shallow() -> bool:
    said = subprocess.run(["git", "rev-parse", "--is-shallow-repository"], cwd=TEMPLATE, capture_output=True, text=True)
    return said.stdout.strip() == "true"


@pytest.mark.skipif(is_shallow(), reason="this clone has no history: git fetch --unshallow brings it")
def test_the_service_runs_beside_its_code_of_before() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-rs", SIDE_BY_SIDE]
    env = os.environ | {"PYTHONPATH": "."}
    done = subprocess.run(command, cwd=TEMPLATE / PROJECT, env=env, capture_output=True, text=True)
    assert "2 passed in" in done.stdout, done.stdout + done.stderr
