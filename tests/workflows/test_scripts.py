"""The scripts that refuse: a tag that is not the version, what is no digest, an environment that is open."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.repository import REPOSITORY
from tests.workflows.scripted import Program, script

IMAGE, DIGEST = "ghcr.io/my-org/my-agent", f"sha256:{'0123456789abcdef' * 4}"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository at version 1.2.3."""
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    (tmp_path / "rollout.yaml").write_text("target: docker      # one host\nsteps: []\n")
    (tmp_path / ".template.json").write_text('{"cookiecutter": {"registry": "ghcr.io"}}')
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    commit = ["git", *identity, "commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message", "all"]
    subprocess.run(commit, cwd=tmp_path, check=True)
    return tmp_path


def facts(checkout: Path, ref: str, repository: str = "My-Org/My-Agent") -> tuple[int, str]:
    github = {"GITHUB_REF": ref, "GITHUB_REPOSITORY": repository, "GITHUB_SHA": "abc", "GITHUB_SERVER_URL": "https://x"}
    done = script("facts", folder=checkout, **github)
    return done.code, done.out + done.err


@pytest.mark.parametrize(
    ("registry", "image"),
    [
        ("ghcr.io", "ghcr.io/my-org/my-agent"),
        ("localhost:5000", "localhost:5000/my-org/my-agent"),
        ("europe-west1-docker.pkg.dev/project-1/images", "europe-west1-docker.pkg.dev/project-1/images/my-agent"),
    ],
)
def test_an_image_is_named_by_its_registry_and_the_repository(registry: str, image: str, checkout: Path) -> None:
    (checkout / ".template.json").write_text(json.dumps({"cookiecutter": {"registry": registry}}))
    code, said = facts(checkout, "refs/tags/v1.2.3")
    assert code == 0
    assert said.startswith(f"version=1.2.3\nimage={image}\ntarget=docker\nlabels<<END\nVERSION=1.2.3\nREVISION=abc\n")
    assert said.endswith("\nEND\n")


@pytest.mark.parametrize("tag", ["v1.2.4", "1.2.3", "v1.2.3-rc1", "v1"])
def test_a_tag_that_is_not_the_version_is_refused(tag: str, checkout: Path) -> None:
    code, said = facts(checkout, f"refs/tags/{tag}")
    assert code == 1
    assert f"the tag is {tag} and the version 1.2.3" in said


def test_a_branch_may_have_any_name(checkout: Path) -> None:
    assert facts(checkout, "refs/heads/main")[0] == 0


@pytest.mark.parametrize(
    "reference",
    [
        "",
        IMAGE,
        f"{IMAGE}:v1",
        f"{IMAGE}@",
        f"{IMAGE}@sha256:abc",
        f"{IMAGE}@{DIGEST}0",
        f"{IMAGE}@{DIGEST.upper()}",
        f"{IMAGE}:v1@{DIGEST}",
        f"{IMAGE}-engine@{DIGEST}",
        f"ghcr.io/somebody/else@{DIGEST}",
        f"{IMAGE}@{DIGEST}\n{IMAGE}:v1",
        f"x {IMAGE}@{DIGEST}",
    ],
)
def test_what_is_not_this_image_by_its_digest_is_refused(reference: str, tmp_path: Path) -> None:
    assert script("by-digest", IMAGE, reference, folder=tmp_path).code == 1


def test_an_image_by_its_digest_is_accepted(tmp_path: Path) -> None:
    assert script("by-digest", IMAGE, f"{IMAGE}@{DIGEST}", folder=tmp_path).code == 0


LIMITED = {"deployment_branch_policy": {"custom_branch_policies": True}, "protection_rules": []}
REVIEWED = {"protection_rules": [{"type": "required_reviewers", "reviewers": [{"type": "User"}]}]}
GOOD = {"build": LIMITED, "production": LIMITED, "release-approval": REVIEWED}


@pytest.mark.parametrize(
    ("change", "target", "without_approval", "complaint"),
    [
        ({}, "docker", "", None),
        ({"production": None}, "docker", "", "production is missing"),
        ({"production": {"deployment_branch_policy": None}}, "docker", "", "production is open to all branches"),
        ({"build": None}, "kubernetes", "", "build is missing"),
        ({"production": None, "release-approval": None}, "kubernetes", "", None),
        ({"release-approval": None}, "docker", "", "release-approval is missing"),
        ({"release-approval": {"protection_rules": []}}, "docker", "", "release-approval has no reviewers"),
        ({"release-approval": None}, "docker", "true", None),
    ],
)
def test_a_release_needs_environments_that_are_there_and_protected(
    change: dict[str, object], target: str, without_approval: str, complaint: str | None, tmp_path: Path
) -> None:
    there = {name: body for name, body in (GOOD | change).items() if body}
    path = "api repos,my-org,my-agent,environments,"
    answers = {f"{path}{name}": (json.dumps(body), 0) for name, body in there.items()}
    Program(tmp_path / "gh", {"api": ("Not Found", 1)} | answers)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    github = {"GITHUB_REPOSITORY": "my-org/my-agent", "WITHOUT_APPROVAL": without_approval}
    done = script("environments", target, folder=tmp_path, PATH=path, **github)
    assert done.code == (1 if complaint else 0), done.err
    assert (complaint or "") in done.err
    assert ("nobody approves" in done.out) == bool(without_approval)


def test_every_script_begins_by_failing_on_errors() -> None:
    scripts = [path for path in (REPOSITORY / ".github" / "scripts").iterdir() if path.suffix != ".py"]
    assert [path.name for path in scripts if "\nset -euo pipefail\n" not in path.read_text()] == []
