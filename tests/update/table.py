"""Each edit updated to each version: what merges, what conflicts, and whether both sides' intent is in the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.update.edits import EDITS
from tests.update.template import CHANGES, TAGS, Kept, git
from update.git import Git
from update.merge import Conflict
from update.update import update


@dataclass(frozen=True)
class Cell:
    """One edit, updated to one version. `back`: whether `git merge --abort` brought everything back."""

    edit: str
    change: str
    conflicts: tuple[Conflict, ...]
    edit_is_kept: bool
    change_is_there: bool
    back: bool


def cells(versions: Kept, made: Path, to: Path) -> Iterator[Cell]:
    """`made`: the repository that the version 0.1.0 makes; it is not changed."""
    for number, (name, edit) in enumerate(EDITS.items()):
        folder = to / str(number)
        git(made).run("clone", "--quiet", "--shared", str(made), str(folder))
        edit.make(folder)
        repository = git(folder)
        repository.run("add", "--all")
        repository.run("commit", "--quiet", "--message", name)
        before = state(repository)
        for change in CHANGES:
            done = update(folder, versions, TAGS[change], lambda _: None).merged
            assert done
            kept, there = edit.kept(folder), CHANGES[change].there(folder)
            repository.run("merge", "--abort")
            yield Cell(name, change, done.conflicts, kept, there, state(repository) == before)


def state(repository: Git) -> tuple[str, str, str]:
    """What a person would miss: the commit, the branch, and everything that differs from it."""
    status = repository.run("status", "--porcelain", "--branch", "--ignored")
    return repository.run("rev-parse", "HEAD"), status, repository.run("stash", "list")
