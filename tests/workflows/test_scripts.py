"""The script that refuses environments that are missing or open."""

import json
import os
from pathlib import Path

import pytest

from tests.repository import REPOSITORY
from tests.workflows.scripted import Program, script

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
    done = script("environments", folder=tmp_path, PATH=path, **github)
    assert done.code == (1 if complaint else 0), done.err
    assert (complaint or "") in done.err
    assert ("needs no approval" in done.out) == bool(without_approval)


def test_every_script_begins_by_failing_on_errors() -> None:
    scripts = (REPOSITORY / ".github" / "scripts").iterdir()
    assert [path.name for path in scripts if "\nset -euo pipefail\n" not in path.read_text()] == []
