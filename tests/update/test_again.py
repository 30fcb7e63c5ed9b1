"""Updates that were taken back, repeated or interrupted, and branches of people that have the name `template`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.source import PROJECT
from tests.update.repository import Repository
from tests.update.template import FIXED, NEW_FILE, TAGS, git, replaced
from update.git import BY_TEMPLATE, Git
from update.merge import merge
from update.versions import Clone

FIX, FILE, _, _ = TAGS.values()


@pytest.fixture
def reverted(mine: Repository) -> Repository:
    """With an update that was committed, and reverted later."""
    mine.update(FIX)
    mine.git.run("commit", "--quiet", "--no-edit")
    mine.git.run("revert", "--no-edit", "-m", "1", "HEAD")
    assert FIXED[1] not in mine.text("rollout/text.py")
    return mine


def test_a_version_that_was_reverted_can_be_merged_again(reverted: Repository) -> None:
    assert reverted.update(FIX).merged
    reverted.git.run("commit", "--quiet", "--no-edit")
    assert FIXED[1] in reverted.text("rollout/text.py")
    assert len(reverted.git.run("log", "-1", "--format=%P").split()) == 2


def test_after_a_revert_the_next_version_brings_the_reverted_changes_too(
    reverted: Repository, history: Path, tmp_path: Path
) -> None:
    template = tmp_path / "template"
    git(history).run("clone", "--quiet", "--shared", str(history), str(template))
    git(template).run("checkout", "--quiet", "--detach", FIX)
    (template / PROJECT / NEW_FILE).write_text("# new")
    git(template).run("add", "--all")
    git(template).run("commit", "--quiet", "--message", "x")
    later = Repository(reverted.folder, tmp_path / "later", Clone(template))
    assert later.update("HEAD").merged
    assert FIXED[1] in later.text("rollout/text.py")
    assert (later.folder / NEW_FILE).exists()


def with_an_answer(mine: Repository) -> None:
    replaced(mine.folder / ".template.json", '"model": "offline"', '"model": "openai:gpt-5"')
    mine.commit()


def applied(mine: Repository) -> bool:
    return "AGENT_MODEL=openai:gpt-5\n" in mine.text("agent.env")


@pytest.mark.parametrize("own_history", [False, True])
def test_an_answer_whose_update_was_taken_back_can_be_applied_again(mine: Repository, own_history: bool) -> None:
    if own_history:  # none of the template's commits is in it
        mine.git.run("checkout", "--quiet", "--orphan", "new")
    with_an_answer(mine)
    mine.update("v0.1.0")
    mine.git.run("merge", "--abort")
    assert not applied(mine)
    assert mine.update("v0.1.0").merged
    assert applied(mine)


def test_an_answer_whose_update_was_taken_back_comes_with_the_next_version(mine: Repository) -> None:
    with_an_answer(mine)
    mine.update("v0.1.0")
    mine.git.run("merge", "--abort")
    mine.update(FIX)
    assert applied(mine)


def test_an_answer_that_was_applied_is_not_applied_twice(mine: Repository) -> None:
    with_an_answer(mine)
    mine.update("v0.1.0")
    mine.git.run("commit", "--quiet", "--no-edit")
    assert mine.update("v0.1.0").merged is None


def test_an_answer_of_a_squash_is_merged_with_the_next_version(mine: Repository) -> None:
    with_an_answer(mine)
    mine.update("v0.1.0")
    mine.git.run("commit", "--quiet", "--no-edit")
    squashed = mine.git.run("commit-tree", "HEAD^{tree}", "-p", "HEAD^1", "-m", "squashed")
    mine.git.run("reset", "--quiet", "--hard", squashed)
    done = mine.update(FIX).merged
    assert done
    assert (done.conflicts, set(done.changed)) == ((), {"rollout/text.py", ".template.json"})


class Watched(Git):
    """`main`: the branch while `git merge` runs, where a kill would leave it."""

    main = ""

    def with_variables(self, **_environment: str) -> Git:
        return self

    def tried(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        if arguments[0] == "merge":
            self.main = self.commit_of("refs/heads/main")
        return super().tried(*arguments, stdin=stdin)


def test_an_update_that_is_killed_leaves_the_branch_as_it_was(mine: Repository) -> None:
    head = mine.git.run("rev-parse", "HEAD")
    found = mine.update(FIX).plan
    mine.git.run("merge", "--abort")
    watched = Watched(mine.folder, BY_TEMPLATE)
    merge(watched, found.base, found.new, "x")
    assert watched.main == head
    assert mine.git.run("symbolic-ref", "HEAD") == "refs/heads/main"


def test_a_detached_head_stays_one(mine: Repository) -> None:
    head = mine.git.run("rev-parse", "HEAD")
    mine.git.run("checkout", "--quiet", "--detach")
    assert mine.update(FIX).merged
    assert mine.git.run("rev-parse", "HEAD") == head
    assert mine.git.tried("symbolic-ref", "--quiet", "HEAD").returncode


def test_a_persons_branch_at_the_remote_is_not_used(mine: Repository) -> None:
    mine.write("rollout/text.py", mine.text("rollout/text.py") + "\nMINE = 1\n")
    mine.git.run("commit", "--amend", "--quiet", "--no-edit", "--author", "Ada <ada@example.org>")
    mine.git.run("update-ref", "refs/remotes/origin/template", "HEAD")
    done = mine.update(FIX).merged
    assert done
    assert done.both == ("rollout/text.py",), "the base is the version, not the person's commit"
    assert len(mine.git.run("log", "--format=%h", "template").splitlines()) == 2


def test_a_dry_run_uses_the_branch_here_and_not_the_remotes(mine: Repository) -> None:
    mine.update(FIX)
    mine.git.run("commit", "--quiet", "--no-edit")  # the remote's branch has v0.1.0 alone
    base = mine.update(FILE, dry=True).plan.base
    assert base == mine.git.run("rev-parse", "template")
