"""The first commit contains the baked files, whatever the user's git settings."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.baking import Bake, Baker
from tests.source import with_crlf


def script(path: Path, *lines: str) -> Path:
    """Create a program on the user's PATH."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


def make_by_hand(baked: Bake, baker: Baker) -> None:
    """Run the commands that the bake printed instead of a first commit."""
    (command,) = re.findall(r"^  (git init .*)$", baked.output, re.MULTILINE)
    environment = {"PATH": os.environ["PATH"], "HOME": str(baker.home), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["sh", "-c", f"{command} -qm first"], cwd=baked.folder, env=environment, check=True)


def test_without_git_the_repository_is_baked_and_the_printed_commands_give_main(baker: Baker, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    baked = replace(baker, environment={"PATH": str(tmp_path / "bin")}).ask_nothing(tmp_path / "out")
    assert baked.code == 0, baked.output
    assert "Could not make the first commit (git is not on PATH)" in baked.output
    assert not (baked.folder / ".git").exists()
    baker.configure_git("user.name=Ada", "user.email=ada@example.org", "init.defaultBranch=master")
    make_by_hand(baked, baker)
    assert baked.git("branch", "--show-current") == "main"
    assert baked.git("status", "--porcelain") == ""


def test_a_git_error_leaves_the_files_and_is_reported(baker: Baker, tmp_path: Path) -> None:
    (baker.home / ".gitconfig").write_text("[user\n")
    baked = baker.ask_nothing(tmp_path)
    assert baked.code == 0, baked.output
    assert "Could not make the first commit (git init: fatal: bad config line 1" in baked.output
    assert (baked.folder / "Makefile").exists()


def test_git_before_2_28_works(baker: Baker, tmp_path: Path) -> None:
    newer = "--initial-branch*|-b|--object-format*|--pathspec-from-file*|--show-current|--ref-format*"
    old = script(
        tmp_path / "bin" / "git",
        f'for word; do case "$word" in {newer}) echo "unknown option: $word" >&2; exit 129;; esac; done',
        f'PATH="{os.environ["PATH"]}" exec git "$@"',
    )
    path = {"PATH": f"{old.parent}:{os.environ['PATH']}"}
    baked = replace(baker, environment=path).ask_nothing(tmp_path)
    assert baked.git("rev-list", "--count", "main") == "1", baked.output


def test_a_user_without_a_git_identity_gets_a_commit_and_no_identity(defaults: Bake) -> None:
    assert defaults.git("log", "--format=%an <%ae>") == "agent release template <template@example.invalid>"
    assert "[user]" not in (defaults.folder / ".git" / "config").read_text()


def test_a_users_git_identity_is_used_for_the_commit(baker: Baker, tmp_path: Path) -> None:
    baker.configure_git("user.name=Ada", "user.email=ada@example.org", "user.useConfigOnly=true")
    assert baker.ask_nothing(tmp_path).git("log", "--format=%an <%ae>, %cn") == "Ada <ada@example.org>, Ada"


def test_an_incomplete_identity_is_not_used(baker: Baker, tmp_path: Path) -> None:
    baker.configure_git("committer.name=Ada", "committer.email=ada@example.org", "user.useConfigOnly=true")
    assert baker.ask_nothing(tmp_path).git("log", "--format=%an, %cn") == "agent release template, Ada"


@pytest.mark.parametrize("place", ["init.templateDir", "core.hooksPath"])
def test_no_hook_of_the_user_runs_for_the_first_commit(place: str, baker: Baker, tmp_path: Path) -> None:
    hooks = tmp_path / "git" / "hooks"
    for name in ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction"):
        script(hooks / name, f"touch {tmp_path}/ran-{name}")
    baker.configure_git(f"{place}={hooks if place == 'core.hooksPath' else hooks.parent}")
    assert baker.ask_nothing(tmp_path / "out").git("rev-list", "--count", "HEAD") == "1"
    assert list(tmp_path.glob("ran-*")) == []


def test_hooks_from_a_users_template_folder_run_for_the_second_commit(baker: Baker, tmp_path: Path) -> None:
    script(tmp_path / "git" / "hooks" / "pre-commit")
    baker.configure_git(f"init.templateDir={tmp_path / 'git'}")
    assert (baker.ask_nothing(tmp_path / "out").folder / ".git" / "hooks" / "pre-commit").exists()


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(["commit.gpgSign=true", "gpg.program=asks"], id="a signature"),
        pytest.param(["commit.template=/does/not/exist", "commit.verbose=true", "core.editor=asks"], id="an editor"),
        pytest.param(["commit.cleanup=unheard-of"], id="a cleanup that this git does not know"),
        pytest.param(["core.fsmonitor=asks"], id="a file monitor"),
        pytest.param(["gc.auto=1", "gc.autoDetach=false"], id="garbage collection"),
        pytest.param(["init.defaultBranch=not..a branch"], id="a first branch that is no name"),
        pytest.param(["core.autocrlf=true", "core.safecrlf=true", "core.eol=crlf"], id="line ends"),
        pytest.param(["core.excludesFile=everything"], id="ignored everywhere"),
        pytest.param(["core.attributesFile=filtered", "filter.x.clean=false", "filter.x.required=true"], id="filters"),
        pytest.param(["user.useConfigOnly=true"], id="only a configured identity"),
        pytest.param(["status.showUntrackedFiles=no", "core.quotePath=false", "color.ui=always"], id="looks"),
    ],
)
def test_no_setting_stops_or_changes_the_first_commit(
    settings: list[str], baker: Baker, defaults: Bake, tmp_path: Path
) -> None:
    asks = script(tmp_path / "asks", f"touch {tmp_path}/asked", "exit 1")
    (baker.home / "everything").write_text("*\n")
    (baker.home / "filtered").write_text("* filter=x\n")
    places = {"asks": asks, "everything": baker.home / "everything", "filtered": baker.home / "filtered"}
    pairs = [setting.split("=", 1) for setting in settings]
    baker.configure_git(*(f"{name}={places.get(value, value)}" for name, value in pairs))
    baked = baker.ask_nothing(tmp_path / "out")
    assert "No first commit" not in baked.output
    assert committed(baked) == committed(defaults)
    assert not (tmp_path / "asked").exists()


def committed(baked: Bake) -> list[str]:
    """The commit's content: mode, content and path of each file; for the origin, only that it exists."""
    return [line if ".template.json" not in line else "" for line in baked.git("ls-tree", "-r", "HEAD").splitlines()]


def test_a_users_excludes_in_the_template_folder_omit_no_file(baker: Baker, tmp_path: Path) -> None:
    (tmp_path / "git" / "info").mkdir(parents=True)
    (tmp_path / "git" / "info" / "exclude").write_text("*.json\n")
    baker.configure_git(f"init.templateDir={tmp_path / 'git'}")
    assert ".template.json" in baker.ask_nothing(tmp_path / "out").git("ls-files").split()


def test_scripts_are_committed_as_executable_on_file_systems_without_modes(baker: Baker, tmp_path: Path) -> None:
    # git sets core.fileMode by a test. A wrapper makes that test behave as on /mnt/c.
    wrapper = script(tmp_path / "bin" / "git", f'PATH="{os.environ["PATH"]}" exec git -c core.fileMode=false "$@"')
    path = {"PATH": f"{wrapper.parent}:{os.environ['PATH']}"}
    baked = replace(baker, environment=path).ask_nothing(tmp_path / "out")
    modes = {line.split("\t")[1]: line[:6] for line in baked.git("ls-files", "--stage").splitlines()}
    scripts = {name for name in modes if (baked.folder / name).read_bytes().startswith(b"#!")}
    assert {name for name, mode in modes.items() if mode == "100755"} == scripts != set()


def test_a_user_with_crlf_settings_gets_lf(defaults: Bake, tmp_path: Path) -> None:
    command = ["git", "-c", "core.autocrlf=true", "clone", "--quiet", str(defaults.folder), str(tmp_path / "clone")]
    subprocess.run(command, check=True)
    assert with_crlf(tmp_path / "clone") == []


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("GIT_DIR", ".git"),
        ("GIT_WORK_TREE", ""),
        ("GIT_INDEX_FILE", ".git/index"),
        ("GIT_OBJECT_DIRECTORY", ".git/objects"),
    ],
)
def test_a_bake_inside_a_git_command_does_not_change_that_repository(
    name: str, place: str, baker: Baker, tmp_path: Path
) -> None:
    outer = tmp_path / "outer"
    subprocess.run(["git", "init", "--quiet", str(outer)], check=True)
    before = sorted((outer / ".git").rglob("*"))
    baked = replace(baker, environment={name: str(outer / place)}).ask_nothing(tmp_path / "out")
    assert baked.git("rev-list", "--count", "HEAD") == "1"
    assert sorted((outer / ".git").rglob("*")) == before


def test_a_repository_inside_another_one_is_reported_in_one_line(baker: Baker, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    baked = baker.ask_nothing(tmp_path)
    said = f"This repository is inside another one, {tmp_path}: move it out, or make it a submodule there.\n"
    assert said in baked.output
    assert baked.git("rev-list", "--count", "HEAD") == "1"


def test_a_repository_that_the_other_one_ignores_is_not_reported(baker: Baker, defaults: Bake, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("build/\n")
    baked = baker.ask_nothing(tmp_path / "build")
    assert baked.output == defaults.output.replace(str(defaults.folder), str(baked.folder))
