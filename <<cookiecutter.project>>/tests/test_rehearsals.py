"""Rehearsals of this repository's service, policy and monitoring: a good release is promoted, a bad one rolled back."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.policy.live import policy

pytestmark = [pytest.mark.parts, pytest.mark.rehearsal]

REPOSITORY = Path(__file__).parents[1]
WITHIN_SECONDS = 600


def rollout(command: str, state: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run `rollout …` in the repository."""
    arguments = [sys.executable, "-m", "rollout", command, "--state", str(state), *options]
    return subprocess.run(arguments, cwd=REPOSITORY, capture_output=True, text=True, timeout=WITHIN_SECONDS)


def rehearsed(state: Path, *options: str) -> dict[str, Any]:
    """The report of a rehearsal that ended as expected, with no request lost."""
    done = rollout("rehearse", state, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(rollout("report", state, "--json").stdout)
    return report


def test_a_good_release_is_promoted(tmp_path: Path) -> None:
    report = rehearsed(tmp_path, "--expect", "promoted", "--hold", "1m", "--keep", "1s")
    assert report["verdict"] == "promoted"
    weights = [step.weight for step in policy().steps]
    assert [step["weight"] for step in report["steps"][: len(weights)]] == weights
    assert report["requests"]["lost"] == 0


def test_a_release_that_fails_one_request_in_five_is_rolled_back(tmp_path: Path) -> None:
    report = rehearsed(tmp_path, "--fault", "errors=0.2", "--expect", "rolled_back")
    assert report["verdict"] == "rolled_back"
    assert report["requests"]["lost"] == 0
    assert report["last_canary_request_after_verdict_seconds"] < 1
