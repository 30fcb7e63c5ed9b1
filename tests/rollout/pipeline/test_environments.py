"""A release is refused when an environment is missing or open, with nothing installed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rollout.pipeline.version import is_final
from tests.repository import REPOSITORY
from tests.workflows.scripted import Program

LIMITED = {"deployment_branch_policy": {"custom_branch_policies": True}, "protection_rules": []}
REVIEWED: dict[str, Any] = {
    "protection_rules": [{"type": "required_reviewers", "prevent_self_review": True, "reviewers": [{"type": "User"}]}]
}
OPEN: dict[str, object] = {"deployment_branch_policy": None, "protection_rules": []}
GOOD: dict[str, object] = {"build": LIMITED, "production": LIMITED, "release-approval": REVIEWED}


REFUSALS = {
    "an open environment": ("1.2.3", {"production": OPEN}, "", "production is open to all branches"),
    "no production": ("1.2.3", {"production": None}, "", "production is missing, or can't be read"),
    "no build": ("1.2.3", {"build": None}, "", "build is missing, or can't be read"),
    "no approval": ("1.2.3", {"release-approval": None}, "", "release-approval is missing, or can't be read"),
    "no reviewers": ("1.2.3", {"release-approval": {"protection_rules": []}}, "", "release-approval has no reviewers"),
    "no rules at all": ("1.2.3", {"release-approval": {"id": 1}}, "", "release-approval has no reviewers"),
    "an open staging": ("1.2.3-rc1", {"staging": OPEN}, "", "staging is open to all branches"),
    "a pre-release without build": ("1.2.3-rc1", {"build": None}, "", "build is missing, or can't be read"),
}
DEPLOYS = {
    "a release": ("1.2.3", {}, "", "production"),
    "a release that nobody approves": ("1.2.3", {"release-approval": None}, "true", "production"),
    "a release beside staging": ("1.2.3", {"staging": LIMITED}, "", "production"),
    "a pre-release": ("1.2.3-rc1", {"staging": LIMITED, "production": None, "release-approval": None}, "", "staging"),
    "a pre-release without staging": ("1.2.3-rc1", {}, "", ""),
    "a pre-release that nobody approves": ("1.2.3rc1", {}, "true", ""),
}


class Checked(NamedTuple):
    """What the command printed, and the step's output."""

    code: int
    said: str
    output: str


def check(folder: Path, version: str, change: dict[str, object], without_approval: str, **environment: str) -> Checked:
    """Run the command with nothing installed, on a GitHub that has these environments."""
    there = {name: body for name, body in (GOOD | change).items() if body}
    path = "api repos,my-org,my-agent,environments,"
    answers = {f"{path}{name}": (json.dumps(body), 0) for name, body in there.items()}
    Program(folder / "gh", {"api": ("Not Found", 1)} | answers)
    (folder / "output").touch()
    github = {
        "GITHUB_REPOSITORY": "my-org/my-agent",
        "GITHUB_OUTPUT": str(folder / "output"),
        "VERSION": version,
        "WITHOUT_APPROVAL": without_approval,
        "PRIVATE": "false",
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
    }
    command = [sys.executable, "-S", "-m", "rollout.pipeline.environments"]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=os.environ | github | environment, capture_output=True, text=True
    )
    return Checked(done.returncode, done.stdout + done.stderr, (folder / "output").read_text())


@pytest.mark.parametrize(("version", "change", "without_approval", "complaint"), REFUSALS.values(), ids=REFUSALS)
def test_a_release_needs_environments_that_are_there_and_protected(
    version: str, change: dict[str, object], without_approval: str, complaint: str, tmp_path: Path
) -> None:
    code, said, output = check(tmp_path, version, change, without_approval)
    assert (code, output) == (2, "")
    what_to_do = (
        "let only the tags v* use it: Settings, Environments" if "staging" in complaint else "run .github/setup-"
    )
    assert f"{complaint}: {what_to_do}" in said


@pytest.mark.parametrize(("version", "change", "without_approval", "environment"), DEPLOYS.values(), ids=DEPLOYS)
def test_only_a_final_version_is_for_production_and_a_pre_release_for_staging_if_there_is_one(
    version: str, change: dict[str, object], without_approval: str, environment: str, tmp_path: Path
) -> None:
    code, said, output = check(tmp_path, version, change, without_approval)
    assert (code, output) == (0, f"environment={environment}\n")
    assert ("::warning::this release needs no approval" in said) == (without_approval == "true" and "rc" not in version)
    assert (f"::notice::{version} is a pre-release" in said) == (environment != "production")
    assert ("not deployed, because the environment staging is missing" in said) == (environment == "")


@pytest.mark.parametrize("version", ["1.2.3", "0.1.0", "2026.11.28", "1", "1.2.3.post1"])
def test_a_final_version_is_numbers(version: str) -> None:
    assert is_final(version)


@pytest.mark.parametrize(
    "version", ["1.2.3-rc1", "1.2.3rc1", "1.2.3a1", "1.2.3.dev4", "1.2-1", "v1", "", "1.", "\u0661"]
)
def test_every_other_version_is_a_pre_release(version: str) -> None:
    assert not is_final(version)


@pytest.mark.parametrize("private", ["true", ""], ids=["private", "unknown"])
def test_a_private_repository_s_name_is_not_published_unasked(private: str, tmp_path: Path) -> None:
    code, said, output = check(tmp_path, "1.2.3", {}, "", PRIVATE=private, PUBLIC_LOG="")
    assert (code, output) == (2, "")
    assert "in Sigstore's public transparency log, for ever. To allow that: gh variable set PUBLIC_TRANSP" in said


@pytest.mark.parametrize(("private", "is_noted"), [("true", True), ("false", False)])
def test_where_that_is_allowed_each_run_says_it(private: str, is_noted: bool, tmp_path: Path) -> None:
    code, said, _ = check(tmp_path, "1.2.3", {}, "", PRIVATE=private, PUBLIC_LOG="true" if is_noted else "")
    assert code == 0
    assert ("::notice::signing publishes this private repository's name" in said) == is_noted


@pytest.mark.parametrize("prevented", [True, False])
def test_it_is_said_that_somebody_may_approve_a_release_of_his_own(prevented: bool, tmp_path: Path) -> None:
    rule = REVIEWED["protection_rules"][0] | {"prevent_self_review": prevented}
    code, said, _ = check(tmp_path, "1.2.3", {"release-approval": {"protection_rules": [rule]}}, "")
    assert code == 0
    assert ("::warning::whoever starts a release may also approve it" in said) == (not prevented)
