"""A repository records its template and commit: an update needs that commit as its base."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from needs_cookiecutter_2_6 import without_password
from tests.baking import Bake, Baker
from tests.source import PROJECT, cookiecutter_json, with_crlf

COMMIT = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--message", "change")


def git(folder: Path, *arguments: str) -> str:
    """Run git on the template."""
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def origin(baked: Bake) -> dict[str, Any]:
    """What the repository records about its template."""
    assert baked.code == 0, baked.output
    read: dict[str, Any] = json.loads((baked.folder / ".template.json").read_text())["template"]
    return read


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Path:
    """The template as a repository: a tag, and a commit after it."""
    folder = shutil.copytree(template, tmp_path / "the-git-template")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, *COMMIT)
    git(folder, "tag", "v1")
    git(folder, *COMMIT, "--allow-empty")
    return folder


def test_a_folder_that_is_a_clone_gives_its_commit(baker: Baker, repository: Path, tmp_path: Path) -> None:
    assert origin(replace(baker, template=repository).ask_nothing(tmp_path / "out")) == {
        "source": str(repository),
        "checkout": None,
        "version": cookiecutter_json()["_version"],
        "commit": git(repository, "rev-parse", "HEAD"),
        "dirty": False,
    }


@pytest.mark.parametrize("changed", ["hooks/post_gen_project.py", f"{PROJECT}/docs/new.md"])
def test_a_clone_with_changes_is_called_dirty(changed: str, baker: Baker, repository: Path, tmp_path: Path) -> None:
    with (repository / changed).open("a") as file:
        file.write("\n")
    baker.configure_git("status.showUntrackedFiles=no")
    made = origin(replace(baker, template=repository).ask_nothing(tmp_path / "out"))
    assert (made["commit"], made["dirty"]) == (git(repository, "rev-parse", "HEAD"), True)


@pytest.mark.parametrize("source", ["git+file://{}", "mine:{}"])
def test_a_url_and_an_abbreviation_give_the_commit_that_was_checked_out(
    source: str, baker: Baker, repository: Path, tmp_path: Path
) -> None:
    (baker.home / ".cookiecutterrc").write_text("abbreviations: {mine: 'git+file://{0}'}\n")
    url = source.format(repository)
    made = origin(replace(baker, template=url).run(tmp_path / "out", "--no-input", "--checkout", "v1"))
    assert (made["source"], made["checkout"]) == (url, "v1")
    assert (made["commit"], made["dirty"]) == (git(repository, "rev-parse", "v1"), False)


def test_a_clone_with_crlf_settings_bakes_lf(baker: Baker, repository: Path, tmp_path: Path) -> None:
    baker.configure_git("core.autocrlf=true")
    baked = replace(baker, template=f"git+file://{repository}").ask_nothing(tmp_path / "out")
    assert origin(baked)["dirty"] is False
    assert with_crlf(baked.folder) + with_crlf(baker.home / ".cookiecutters" / repository.name) == []


def test_a_zip_of_the_repository_knows_its_commit(baker: Baker, repository: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed.zip"
    git(repository, "archive", "--prefix=template/", "--output", str(packed), "v1")
    made = origin(replace(baker, template=packed).ask_nothing(tmp_path / "out"))
    assert (made["source"], made["commit"]) == (str(packed), git(repository, "rev-parse", "v1"))


def test_a_copy_records_no_commit_not_even_that_of_a_repository_around_it(
    baker: Baker, template: Path, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, *COMMIT, "--allow-empty")
    copy = shutil.copytree(template, tmp_path / "copy")
    made = origin(replace(baker, template=copy).ask_nothing(tmp_path / "out"))
    assert (made["commit"], made["dirty"]) == (None, False)


def test_a_git_command_around_the_bake_does_not_change_the_recorded_commit(
    baker: Baker, repository: Path, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet", "other")
    inside = {"GIT_DIR": str(tmp_path / "other" / ".git"), "GIT_INDEX_FILE": str(tmp_path / "index")}
    made = origin(replace(baker, template=repository, environment=inside).ask_nothing(tmp_path / "out"))
    assert made["commit"] == git(repository, "rev-parse", "HEAD")


def test_baking_again_with_the_answers_changes_nothing(baker: Baker, repository: Path, tmp_path: Path) -> None:
    same = replace(baker, template=repository)
    first = same.ask_nothing(tmp_path / "out", description="<< x >>", license="none")
    shutil.copy(first.folder / ".template.json", tmp_path / "answers.json")
    again = same.run(tmp_path / "out", "--overwrite-if-exists", "--replay-file", str(tmp_path / "answers.json"))
    assert again.code == 0, again.output
    assert first.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("source", "recorded"),
    [
        ("https://ada:secret@example.org/a/b.git", "https://example.org/a/b.git"),
        ("git+https://secret@example.org/a/b.git", "git+https://example.org/a/b.git"),
        ("https://ada:se@cret@example.org/a/b.git", "https://example.org/a/b.git"),
        ("https://example.org/a/b.zip?token=secret.zip", "https://example.org/a/b.zip"),
        ("https://example.org:8443/a/b@v1.git", "https://example.org:8443/a/b@v1.git"),
        ("ssh://git:secret@example.org:22/a/b.git", "ssh://git@example.org:22/a/b.git"),
        ("ssh://git@example.org/a/b.git", "ssh://git@example.org/a/b.git"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ("gh:a/b", "gh:a/b"),
        ("/home/ada/a b/template?x", "/home/ada/a b/template?x"),
    ],
)
def test_no_secret_in_a_url_is_recorded(source: str, recorded: str) -> None:
    assert without_password(source) == recorded
