"""Baking over an existing folder changes only the template's files."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.baking import Bake, Baker
from tests.source import PROJECT

DROPPED = "The template no longer contains these files. Delete those that you don't use:\n"
COMMIT = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--all", "--message", "x")


def bake_over(baker: Baker, to: Path, *answers: str) -> Bake:
    """Bake into a folder that may exist."""
    baked = baker.run(to, "--no-input", "--overwrite-if-exists", *answers)
    assert baked.code == 0, baked.output
    return baked


def test_baking_over_a_repository_does_not_commit(baker: Baker, baked: Bake, tmp_path: Path) -> None:
    again = bake_over(baker, tmp_path, "model=openai:gpt-5")
    assert "already in a repository" in again.output
    assert baked.git("rev-list", "--count", "HEAD") == "1"
    assert baked.git("diff", "--name-only").split() == [".template.json", "agent.env"]


MINE = [
    ".github/workflows/mine.yml",
    ".venv/ready",
    "LICENSE-THIRD-PARTY",
    "agent/mine/README.md",
    "agent/tools/mine.py",
    "docs/mine.md",
    "evals/mine.yaml",
    "monitoring/mine.json",
    "notes.txt",
    "tests/mine/test_mine.py",
]


def test_the_files_of_the_user_are_not_changed(baker: Baker, baked: Bake, tmp_path: Path) -> None:
    for mine in MINE:
        path = baked.folder / mine
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n: {mine}\n")
        path.chmod(0o640)
    bake_over(baker, tmp_path)
    for mine in MINE:
        path = baked.folder / mine
        assert path.read_text() == f"#!/bin/sh\n: {mine}\n", mine
        assert path.stat().st_mode & 0o777 == 0o640, mine


def test_a_disabled_git_hook_stays_disabled(baker: Baker, baked: Bake, tmp_path: Path) -> None:
    hook = baked.folder / ".git" / "hooks" / "pre-push"
    hook.write_text("#!/bin/sh\n")
    hook.chmod(0o644)
    bake_over(baker, tmp_path)
    assert hook.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(("before", "after"), [("MIT", "none"), ("Apache-2.0", "none"), ("MIT", "Apache-2.0")])
def test_a_licence_that_is_no_longer_chosen_is_removed(before: str, after: str, baker: Baker, tmp_path: Path) -> None:
    baker.ask_nothing(tmp_path / "again", license=before, owner="first")
    again = bake_over(baker, tmp_path / "again", f"license={after}", "owner=second")
    fresh = baker.ask_nothing(tmp_path / "fresh", license=after, owner="second")
    licences = [[path.read_text() for path in baked.folder.glob("LICENSE*")] for baked in (again, fresh)]
    assert licences[0] == licences[1]


def test_a_users_own_licence_stays_if_the_template_has_none(baker: Baker, tmp_path: Path) -> None:
    licence = baker.ask_nothing(tmp_path, license="none").folder / "LICENSE"
    licence.write_text("All rights reserved.\n")
    bake_over(baker, tmp_path, "license=none")
    assert licence.read_text() == "All rights reserved.\n"


def test_a_folder_without_a_repository_gets_one_with_only_the_templates_files(
    baker: Baker, defaults: Bake, tmp_path: Path
) -> None:
    (tmp_path / "my-agent").mkdir()
    (tmp_path / "my-agent" / ".env").write_text("SECRET=1\n")
    baked = bake_over(baker, tmp_path)
    assert baked.git("ls-files") == defaults.git("ls-files")


def test_a_folder_tracked_by_another_repository_gets_no_repository(baker: Baker, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "my-agent").mkdir()
    (tmp_path / "my-agent" / "README.md").write_text("mine")
    subprocess.run(["git", "-C", str(tmp_path), "add", "my-agent"], check=True)
    baked = bake_over(baker, tmp_path)
    assert "already in a repository" in baked.output
    assert not (baked.folder / ".git").exists()


def test_after_a_refused_answer_the_folder_is_unchanged(baker: Baker, baked: Bake, tmp_path: Path) -> None:
    assert baker.run(tmp_path, "--no-input", "--overwrite-if-exists", "model=gpt 4").code == 1
    assert baked.git("status", "--porcelain") == ""


def commit_template(folder: Path) -> None:
    """Commit everything in the template."""
    for command in (("init", "--quiet"), ("add", "--all"), COMMIT):
        subprocess.run(["git", *command], cwd=folder, check=True)


@pytest.fixture(scope="module")
def shared(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template whose newest commit no longer has two files of an earlier one, which my-agent has: copy both."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(template, folder / "versions")
    for name in ("agent/old.py", "docs/old/gone.md"):
        (folder / "versions" / PROJECT / name).parent.mkdir(exist_ok=True)
        (folder / "versions" / PROJECT / name).write_text("old\n")
    commit_template(folder / "versions")
    baked = Baker(folder / "versions", tmp_path_factory.mktemp("home")).ask_nothing(folder)
    assert (baked.folder / "docs/old/gone.md").exists()
    (folder / "versions" / PROJECT / "agent/old.py").unlink()
    shutil.rmtree(folder / "versions" / PROJECT / "docs/old")
    commit_template(folder / "versions")
    return folder


@pytest.fixture
def versions(shared: Path, baker: Baker, tmp_path: Path) -> Baker:
    for name in ("versions", "my-agent"):
        shutil.copytree(shared / name, tmp_path / name, symlinks=True)
    return replace(baker, template=tmp_path / "versions")


def test_files_that_the_template_no_longer_has_are_listed_and_stay(versions: Baker, tmp_path: Path) -> None:
    (tmp_path / "my-agent/agent/mine.py").write_text("mine")
    again = bake_over(versions, tmp_path)
    assert f"{DROPPED}  agent/old.py\n  docs/old/gone.md\n\nNext:" in again.output
    assert again.git("status", "--porcelain").splitlines() == ["M .template.json", "?? agent/mine.py"]


def test_such_files_that_the_user_deleted_are_not_listed(versions: Baker, tmp_path: Path) -> None:
    (tmp_path / "my-agent/agent/old.py").unlink()
    assert f"{DROPPED}  docs/old/gone.md\n\nNext:" in bake_over(versions, tmp_path).output


def test_without_a_history_of_the_template_nothing_is_listed(versions: Baker, tmp_path: Path) -> None:
    shutil.rmtree(Path(versions.template) / ".git")
    assert DROPPED not in bake_over(versions, tmp_path).output
