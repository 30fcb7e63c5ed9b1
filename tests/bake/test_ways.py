"""The ways to bake: by questions, without them, again from saved answers, from a zip, with and without git."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from tests.baking import Bake, Baker
from tests.source import PROJECT, files_below, questions


def same_files(one: Bake, other: Bake) -> bool:
    """Whether two bakes made the same files, with the same content and as runnable."""
    names = files_below(one.folder)
    return names == files_below(other.folder) and all(
        content(one.folder / name) == content(other.folder / name) for name in names
    )


def content(path: Path) -> tuple[bytes, bool]:
    return path.read_bytes(), bool(path.stat().st_mode & 0o100)


def test_enter_at_every_question_gives_the_defaults(baker: Baker, defaults: Bake, tmp_path: Path) -> None:
    baked = baker.run(tmp_path, typed="\n" * len(questions()))
    assert baked.code == 0, baked.output
    assert same_files(baked, defaults)


def test_replay_gives_the_same_repository(baker: Baker, tmp_path: Path) -> None:
    first = baker.ask_nothing(tmp_path / "first", model="openai:gpt-5", description='say "hello"')
    again = baker.run(tmp_path / "again", "--replay")
    assert again.code == 0, again.output
    assert same_files(first, again)


def test_the_answers_a_repository_saves_can_be_replayed(baker: Baker, tmp_path: Path) -> None:
    first = baker.exactly(tmp_path / "first", description="<< x >> {{ y }} \\ 🤖", target="kubernetes")
    again = baker.run(tmp_path / "again", "--replay-file", str(first.folder / ".template.json"))
    assert again.code == 0, again.output
    assert same_files(first, again)


def test_a_zip_of_the_template_bakes_the_same(baker: Baker, template: Path, defaults: Bake, tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", template.parent, template.name)
    baked = replace(baker, template=Path(packed)).ask_nothing(tmp_path / "out")
    assert baked.code == 0, baked.output
    assert same_files(baked, defaults)


def test_paths_with_a_space_work_on_both_sides(baker: Baker, template: Path, defaults: Bake, tmp_path: Path) -> None:
    spaced = shutil.copytree(template, tmp_path / "the template")
    baked = replace(baker, template=spaced).ask_nothing(tmp_path / "my work")
    assert baked.code == 0, baked.output
    assert same_files(baked, defaults)
    assert f"cd '{baked.folder}'" in baked.output


def test_without_git_the_repository_is_baked_and_the_user_is_told(baker: Baker, defaults: Bake, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    baked = replace(baker, environment={"PATH": str(tmp_path / "bin")}).ask_nothing(tmp_path / "out")
    assert baked.code == 0, baked.output
    assert "No first commit was made (git is not on PATH)" in baked.output
    assert not (baked.folder / ".git").exists()
    assert same_files(baked, defaults)


def test_a_user_without_a_git_identity_gets_a_commit_and_no_identity(defaults: Bake) -> None:
    assert defaults.git("log", "--format=%an <%ae>") == "agent release template <template@example.invalid>"
    assert "[user]" not in (defaults.folder / ".git" / "config").read_text()


def test_a_users_own_git_identity_is_the_one_of_the_commit(baker: Baker, tmp_path: Path) -> None:
    (baker.home / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.org\n")
    assert baker.ask_nothing(tmp_path).git("log", "--format=%an <%ae>, %cn") == "Ada <ada@example.org>, Ada"


def test_a_commit_that_git_refuses_leaves_the_files_and_says_why(baker: Baker, tmp_path: Path) -> None:
    hooks = baker.home / "git-hooks"
    hooks.mkdir()
    (hooks / "commit-msg").write_text("#!/bin/sh\necho 'a ticket number is missing' >&2\nexit 1\n")
    (hooks / "commit-msg").chmod(0o755)
    (baker.home / ".gitconfig").write_text(f"[core]\nhooksPath = {hooks}\n")
    baked = baker.ask_nothing(tmp_path)
    assert baked.code == 0, baked.output
    assert "a ticket number is missing" in baked.output
    assert (baked.folder / "Makefile").exists()


def test_files_that_the_user_ignores_everywhere_are_committed(baker: Baker, tmp_path: Path) -> None:
    (baker.home / "ignored").write_text("*.json\n*.txt\n")
    (baker.home / ".gitconfig").write_text(f"[core]\nexcludesFile = {baker.home / 'ignored'}\n")
    assert ".template.json" in baker.ask_nothing(tmp_path).git("ls-files").split()


def test_a_bake_inside_a_git_command_leaves_that_repository_alone(baker: Baker, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    subprocess.run(["git", "init", "--quiet", str(outer)], check=True)
    inside = {"GIT_DIR": str(outer / ".git"), "GIT_WORK_TREE": str(outer)}
    baked = replace(baker, environment=inside).ask_nothing(outer)
    assert baked.git("rev-list", "--count", "HEAD") == "1"
    assert list((outer / ".git" / "refs" / "heads").iterdir()) == []


def test_litter_in_the_template_does_not_reach_a_bake(
    baker: Baker, template: Path, defaults: Bake, tmp_path: Path
) -> None:
    littered = shutil.copytree(template, tmp_path / "template")
    for litter in (".venv/bin/ready", "rollout/__pycache__/x.pyc", ".mypy_cache/x.json", "agent_release.egg-info/x"):
        (littered / PROJECT / litter).parent.mkdir(parents=True, exist_ok=True)
        (littered / PROJECT / litter).write_text("<< not.a.variable >>" if litter.startswith(".") else "x")
    baked = replace(baker, template=littered).ask_nothing(tmp_path / "out")
    assert baked.code == 0, baked.output
    assert same_files(baked, defaults)


def test_baking_over_a_repository_leaves_its_history_to_the_user(baker: Baker, tmp_path: Path) -> None:
    first = baker.ask_nothing(tmp_path)
    again = baker.run(tmp_path, "--no-input", "--overwrite-if-exists", "model=openai:gpt-5")
    assert again.code == 0, again.output
    assert "a repository already" in again.output
    assert first.git("rev-list", "--count", "HEAD") == "1"
    assert first.git("diff", "--name-only").split() == [".template.json", "agent.env"]
