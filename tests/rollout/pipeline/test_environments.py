"""A release is refused when an environment is missing or open, with nothing installed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository import REPOSITORY
from tests.workflows.scripted import Program

LIMITED = {"deployment_branch_policy": {"custom_branch_policies": True}, "protection_rules": []}
REVIEWED = {"protection_rules": [{"type": "required_reviewers", "reviewers": [{"type": "User"}]}]}
GOOD = {"build": LIMITED, "production": LIMITED, "release-approval": REVIEWED}


@pytest.mark.parametrize(
    ("change", "without_approval", "complaint"),
    [
        ({}, "", None),
        ({"production": None}, "", "production is missing"),
        ({"production": {"deployment_branch_policy": None}}, "", "production is open to all branches"),
        ({"build": None}, "", "build is missing"),
        ({"release-approval": None}, "", "release-approval is missing"),
        ({"release-approval": {"protection_rules": []}}, "", "release-approval has no reviewers"),
        ({"release-approval": None}, "true", None),
    ],
)
def test_a_release_needs_environments_that_are_there_and_protected(
    change: dict[str, object], without_approval: str, complaint: str | None, tmp_path: Path
) -> None:
    there = {name: body for name, body in (GOOD | change).items() if body}
    path = "api repos,my-org,my-agent,environments,"
    answers = {f"{path}{name}": (json.dumps(body), 0) for name, body in there.items()}
    Program(tmp_path / "gh", {"api": ("Not Found", 1)} | answers)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    github = {"GITHUB_REPOSITORY": "my-org/my-agent", "WITHOUT_APPROVAL": without_approval}
    command = [sys.executable, "-S", "-m", "rollout.pipeline.environments"]
    environment = os.environ | github | {"PATH": path}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    assert done.returncode == (2 if complaint else 0), done.stderr
    assert (complaint or "") in done.stderr
    assert ("needs no approval" in done.stdout) == bool(without_approval)
