"""An update from the first tag to a newer one: what is merged, said, recorded and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.source import PROJECT, default_answers
from tests.update.repository import Repository
from tests.update.template import NEW_FILE, RULES, RULES_NOW, TAGS, Kept, git, replaced
from update.text import named
from update.versions import Clone

FIX, FILE, RENAME, *_ = TAGS.values()


def clone(history: Path, to: Path) -> Path:
    """A copy of the template, to be changed."""
    git(history).run("clone", "--quiet", "--shared", str(history), str(to))
    return to


def test_the_merge_waits_for_a_person_and_becomes_one_commit_of_both_sides(mine: Repository) -> None:
    mine.write("agent/mine.py", "MINE = 1\n")
    head = mine.git.run("rev-parse", "HEAD")
    mine.update(FILE)
    assert mine.git.run("rev-parse", "HEAD") == head
    mine.git.run("commit", "--quiet", "--no-edit")
    assert (mine.folder / NEW_FILE).exists()
    parents = mine.git.run("log", "-1", "--format=%P").split()
    assert parents == [head, mine.git.run("rev-parse", "template")]
    assert mine.git.run("log", "-1", "--format=%s") == "Update the template from 0.1.0 to 0.2.0"
    assert mine.git.run("status", "--porcelain") == ""


def test_the_branch_template_holds_only_what_the_template_made(mine: Repository, versions: Kept) -> None:
    mine.write("agent/mine.py", "MINE = 1\n")
    mine.update(FILE)
    commit = versions.commit_of(FILE)
    with versions.baked(commit, default_answers()) as made:
        wanted = set(git(made).names("ls-tree", "-r", "-z", "HEAD"))
    found = set(mine.git.names("ls-tree", "-r", "-z", "template"))
    assert [line.split("\t")[1] for line in found ^ wanted] == [".template.json"] * 2
    assert mine.git.run("log", "-1", "--format=%an", "template") == "agent release template"


def test_the_next_update_starts_from_the_last_one(mine: Repository) -> None:
    mine.update(FIX)
    mine.git.run("commit", "--quiet", "--no-edit")
    done = mine.update(FILE)  # a version without that fix, so that it goes again
    assert done.merged
    assert set(done.merged.changed) == {NEW_FILE, "rollout/text.py", ".template.json"}


def test_after_a_squash_the_base_is_the_recorded_version(mine: Repository) -> None:
    mine.update(FIX)
    mine.git.run("commit", "--quiet", "--no-edit")
    squashed = mine.git.run("commit-tree", "HEAD^{tree}", "-p", "HEAD^1", "-m", "squashed")
    mine.git.run("reset", "--quiet", "--hard", squashed)
    done = mine.update(FILE).merged
    assert done
    assert (done.conflicts, set(done.changed)) == ((), {NEW_FILE, "rollout/text.py", ".template.json"})


def test_a_repository_without_the_branch_is_linked_by_its_recorded_commit(mine: Repository) -> None:
    mine.git.run("remote", "remove", "origin")
    assert not mine.git.commit_of("template")
    mine.git.run("checkout", "--quiet", "--orphan", "new")  # without a history that git could find a base in
    mine.write("rollout/text.py", mine.text("rollout/text.py") + "\nMINE = 1\n")
    done = mine.update(FIX).merged
    assert done
    assert done.conflicts == ()
    assert done.both == ("rollout/text.py",)
    assert "MINE = 1" in mine.text("rollout/text.py")
    assert mine.git.run("log", "--format=%s", "template").splitlines()[1] == "The template's version 0.1.0"


def test_a_bake_starts_the_branch(first: Path) -> None:
    assert git(first).run("rev-parse", "template") == git(first).run("rev-parse", "main")


def test_it_says_what_a_person_must_do_since_the_version_of_the_repository(mine: Repository) -> None:
    mine.update(FIX)
    said = "What you must do, because of 0.2.0:\n  **Operators:** run `rollout doctor`.\n"
    assert said in mine.said
    assert "Nobody" not in mine.said


def test_edits_in_the_engine_are_shown_before_the_merge(mine: Repository) -> None:
    mine.write("rollout/text.py", mine.text("rollout/text.py") + "\nMINE = 1\n")
    mine.update(FIX)
    before, _, after = mine.said.partition("files change.")
    assert (
        "You edited the engine, rollout/, which belongs to the template. Look at these after:\n  rollout/text.py"
        in before
    )
    assert "Merged from your changes and the template's. Look at these:\n  rollout/text.py" in after


def test_nothing_is_said_of_an_engine_that_nobody_edited(mine: Repository) -> None:
    mine.write("agent/mine.py", "MINE = 1\n")
    mine.update(FIX)
    assert "You edited" not in mine.said
    assert "which are yours" not in mine.said


def test_it_says_first_that_the_template_changed_what_is_yours(mine: Repository, history: Path, tmp_path: Path) -> None:
    template = clone(history, tmp_path / "template")
    for name in ("agent/logs.py", "evals/table.py", "rollout.yaml", "README.md"):
        with (template / PROJECT / name).open("a") as file:
            file.write("\n# of the template\n")
    git(template).run("commit", "--quiet", "--all", "--message", "x")
    other = Repository(mine.folder, tmp_path / "other", Clone(template))
    other.update("main")
    before = other.said.partition("files change.")[0]
    assert "merged:\n  agent/logs.py\n  evals/table.py\n  rollout.yaml\n" in before + "\n"
    assert "README.md" not in before


def test_a_dry_run_says_the_same_and_changes_nothing(mine: Repository) -> None:
    mine.write("rollout/text.py", mine.text("rollout/text.py").replace("none", "nothing"))
    before = mine.everything()
    dry = mine.update(FIX, dry=True)
    said = mine.said
    assert mine.everything() == before
    done = mine.update(FIX)
    assert dry.merged == done.merged
    assert done.merged
    assert [(each.path, each.kind) for each in done.merged.conflicts] == [
        ("rollout/text.py", "you and the template changed the same lines")
    ]
    assert said.partition("\n\nNothing was changed")[0] == mine.said.partition("\n\nThe merge waits")[0]


def test_what_is_deleted_on_one_side_and_changed_on_the_other_is_a_conflict(mine: Repository) -> None:
    (mine.folder / "rollout/text.py").unlink()
    mine.commit()
    done = mine.update(FIX).merged
    assert done
    assert [each.kind for each in done.conflicts] == ["you deleted it, the template changed it"]
    assert "  rollout/text.py: you deleted it, the template changed it\n" in mine.said


def test_modes_of_both_sides_are_kept(mine: Repository, history: Path, tmp_path: Path) -> None:
    template = clone(history, tmp_path / "template")
    script = template / PROJECT / "requirements" / "new-script"
    script.write_text("#!/bin/sh\n")  # the bake makes it executable
    git(template).run("add", "--all")
    git(template).run("commit", "--quiet", "--message", "x")
    other = Repository(mine.folder, tmp_path / "other", Clone(template))
    (other.folder / "README.md").chmod(0o755)
    other.commit()
    other.update("main")
    modes = {line.split("\t")[1]: line[:6] for line in other.git.run("ls-files", "--stage").splitlines()}
    assert (modes["README.md"], modes["requirements/new-script"]) == ("100755", "100755")
    assert (other.folder / "requirements/new-script").stat().st_mode & 0o111


def test_with_the_newest_version_there_is_nothing_to_do(mine: Repository) -> None:
    before = mine.everything()
    assert mine.update("v0.1.0").merged is None
    assert mine.said == "Nothing to do: this repository has 0.1.0 (v0.1.0)."
    assert mine.everything() == before


def test_an_update_that_was_taken_back_can_be_repeated_and_replaced(mine: Repository) -> None:
    first = mine.update(FIX)
    mine.git.run("merge", "--abort")
    again = mine.update(FIX)
    assert (again.merged, again.plan.new) == (first.merged, first.plan.new)
    mine.git.run("merge", "--abort")
    other = mine.update(FILE).merged
    assert other
    assert set(other.changed) == {NEW_FILE, ".template.json"}


def test_a_bake_of_a_zip_is_linked_by_the_tag_of_its_version(mine: Repository) -> None:
    record = mine.record()
    replaced(mine.folder / ".template.json", f'"{record["commit"]}"', "null")
    mine.commit()
    mine.git.run("remote", "remove", "origin")
    done = mine.update(FIX).merged
    assert done
    assert set(done.changed) == {"rollout/text.py", ".template.json"}


HOSTILE = (
    "merge.renames=false",
    "commit.gpgSign=true",
    "user.useConfigOnly=true",
    "merge.ff=only",
    "diff.noprefix=true",
)


def test_a_users_git_settings_and_hooks_change_nothing(mine: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in HOSTILE:
        mine.git.run("config", *setting.split("=", 1))
    mine.write(RULES, mine.text(RULES).replace("severity: page", "severity: none"))
    for hook in ("reference-transaction", "pre-merge-commit", "post-checkout", "commit-msg"):
        path = mine.folder / ".git/hooks" / hook
        path.write_text("#!/bin/sh\nexit 1\n")
        path.chmod(0o755)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    done = mine.update(RENAME).merged
    assert done
    assert done.conflicts == ()
    assert "severity: none" in mine.text(RULES_NOW)


def test_a_changed_answer_counts_as_an_edit_also_without_the_branch(mine: Repository) -> None:
    replaced(mine.folder / ".template.json", '"model": "offline"', '"model": "openai:gpt-5"')
    replaced(mine.folder / "agent.env", "AGENT_MODEL=offline", "AGENT_MODEL=openai:gpt-6")
    mine.commit()
    mine.git.run("remote", "remove", "origin")
    done = mine.update(FIX).merged
    assert done
    assert [each.path for each in done.conflicts] == ["agent.env"], "the base has the first answer"


def test_a_version_that_only_the_templates_origin_has_as_a_branch_is_found(history: Path, tmp_path: Path) -> None:
    git(history).run("clone", "--quiet", "--branch", FIX, str(history), str(tmp_path / "clone"))
    assert Clone(tmp_path / "clone").commit_of("main") == git(history).run("rev-parse", "main")


def test_a_repository_of_a_template_with_uncommitted_changes_is_warned(mine: Repository) -> None:
    replaced(mine.folder / ".template.json", '"dirty": false', '"dirty": true')
    mine.commit()
    mine.update(FIX)
    assert "baked from a template with uncommitted changes: these count as your edits." in mine.said


def test_a_long_list_is_cut_on_a_terminal() -> None:
    assert named("Files:", map(str, range(22)))[-2:] == ["  19", "  and 2 more"]
    assert named("Files:", map(str, range(20)))[-1] == "  19"
    assert len(named("Files:", map(str, range(50)), at_most=None)) == 52
