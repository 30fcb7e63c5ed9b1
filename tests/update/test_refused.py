"""What an update refuses, and that nothing changes then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.update.repository import Repository
from tests.update.template import NEW_FILE, TAGS, git, replaced
from update.errors import NotBaked, NotReady, Refused, UnknownBase, UnknownVersion
from update.versions import Clone

FIX, FILE, _, _ = TAGS.values()


def refused(mine: Repository, why: type[Exception], said: str, to: str = FIX, *, dry: bool = False) -> None:
    """The update is refused with this message, and nothing changes."""
    before = mine.everything()
    with pytest.raises(why, match=said):
        mine.update(to, dry=dry)
    assert mine.everything() == before


@pytest.mark.parametrize("dry", [False, True])
def test_uncommitted_changes_are_refused(mine: Repository, dry: bool) -> None:
    (mine.folder / "README.md").write_text("mine")
    refused(mine, NotReady, "uncommitted changes: commit them", dry=dry)


def test_an_untracked_file_is_left_alone(mine: Repository) -> None:
    (mine.folder / "notes.txt").write_text("mine")
    mine.update(FIX)
    assert mine.text("notes.txt") == "mine"


def test_an_untracked_file_where_the_template_has_a_new_one_is_not_overwritten(mine: Repository) -> None:
    (mine.folder / NEW_FILE).write_text("mine")
    refused(mine, NotReady, f"Move or commit them first:\n  {NEW_FILE}$", FILE)


@pytest.mark.parametrize("dry", [False, True])
def test_an_ignored_file_where_the_template_has_a_new_one_is_not_overwritten(mine: Repository, dry: bool) -> None:
    mine.write(".gitignore", mine.text(".gitignore") + NEW_FILE)
    (mine.folder / NEW_FILE).write_text("mine")
    refused(mine, NotReady, f"untracked ones. Move or commit them first:\n  {NEW_FILE}$", FILE, dry=dry)
    (mine.folder / NEW_FILE).unlink()
    mine.update(FILE)


def test_an_ignored_file_that_was_tracked_is_not_overwritten(mine: Repository) -> None:
    text = mine.text("rollout/text.py")
    mine.git.run("rm", "--quiet", "rollout/text.py")
    mine.write(".gitignore", mine.text(".gitignore") + "rollout/text.py")
    (mine.folder / "rollout/text.py").write_text(text)
    refused(mine, NotReady, "Move or commit them first:\n  rollout/text.py$")


def test_an_ignored_file_where_the_template_has_a_folder_is_not_deleted(mine: Repository) -> None:
    mine.git.run("rm", "-r", "--quiet", "rollout/gates")
    mine.write(".gitignore", mine.text(".gitignore") + "rollout/gates")
    (mine.folder / "rollout/gates").write_text("mine")
    refused(mine, NotReady, "Move or commit them first:\n  rollout/gates$", FILE)


def test_a_merge_in_progress_is_refused(mine: Repository) -> None:
    mine.update(FIX)
    refused(mine, NotReady, "a merge is in progress")


def test_the_branch_template_itself_is_not_updated(mine: Repository) -> None:
    mine.git.run("checkout", "--quiet", "-b", "template")
    refused(mine, NotReady, "git switch main")


def test_a_branch_of_a_person_that_has_the_name_is_not_used(mine: Repository) -> None:
    mine.write("rollout/text.py", mine.text("rollout/text.py") + "\nMINE = 1\n")
    mine.git.run("commit", "--amend", "--quiet", "--no-edit", "--author", "Ada <ada@example.org>")
    mine.git.run("branch", "--force", "template")
    refused(mine, NotReady, "has commits that the template did not make")


def test_a_version_that_the_template_does_not_have_is_refused(mine: Repository) -> None:
    refused(mine, UnknownVersion, r"^git\+file:.* has no tag, branch or commit v9$", "v9")


def test_a_folder_inside_another_repository_is_refused(mine: Repository) -> None:
    mine.folder /= "agent"
    with pytest.raises(NotBaked, match="is not the top folder of a git repository"):
        mine.update(FIX)


def test_a_repository_without_a_record_is_refused(mine: Repository) -> None:
    mine.write(".template.json", "{}")
    refused(mine, NotBaked, "does not say which template")


def test_a_base_that_nobody_knows_is_refused(mine: Repository) -> None:
    record = mine.record()
    replaced(mine.folder / ".template.json", str(record["commit"]), "c0ffee" * 6 + "c0ff")
    mine.commit()
    mine.git.run("remote", "remove", "origin")
    refused(mine, UnknownBase, r"baked from version 0\.1\.0 of the template \(c0ffee.*TEMPLATE=URL$")


def test_a_version_that_no_longer_offers_an_answer_is_refused(mine: Repository, history: Path, tmp_path: Path) -> None:
    template = tmp_path / "template"
    git(history).run("clone", "--quiet", "--shared", str(history), str(template))
    replaced(template / "cookiecutter.json", '"model": "offline"', '"model": ["openai:gpt-5", "openai:gpt-4"]')
    git(template).run("commit", "--quiet", "--all", "--message", "x")
    other = Repository(mine.folder, tmp_path / "other", Clone(template))
    refused(other, Refused, r"\.template\.json, and commit it:\n  model: 'offline' became 'openai:gpt-5'$", "main")


def test_a_token_in_an_address_is_not_printed(mine: Repository) -> None:
    with pytest.raises(UnknownVersion, match=r"^https://example\.org/a\.git has no tag"):
        mine.update("v9", source="https://ada:s3cret@example.org/a.git")
    replaced(mine.folder / ".template.json", '"source": "git+file://', '"source": "git+https://s3cret@example.org/')
    mine.commit()
    with pytest.raises(UnknownVersion, match=r"^git\+https://example\.org/"):
        mine.update("v9")


def test_a_version_that_cannot_be_baked_is_refused_with_its_message(mine: Repository) -> None:
    replaced(mine.folder / ".template.json", '"model": "offline"', '"model": "gpt 4"')
    mine.commit()
    refused(mine, Refused, r"could not be baked with the saved answers:\n[\s\S]*model: \"gpt 4\"")
