"""One update, from the first look to the open merge."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from update import text
from update.base import BRANCH
from update.git import Git
from update.merge import Merged, merge
from update.plan import Plan, nothing_to_do, plan, refuse_unready
from update.untracked import refuse_overwriting
from update.versions import Versions


@dataclass(frozen=True)
class Update:
    """`merged` is None if there was nothing to do."""

    plan: Plan
    merged: Merged | None


def update(
    folder: Path, versions: Versions, to: str, say: Callable[[str], object], *, source: str = "", dry: bool = False
) -> Update:
    """Merge the version into the repository, and leave the merge open. `dry`: into a copy. Raises Refused."""
    if dry:
        refuse_unready(Git(folder))
        with tempfile.TemporaryDirectory(prefix="update-") as name:
            return merged(copied(folder, Path(name) / "repository"), folder, versions, to, say, source, dry)
    return merged(Git(folder), folder, versions, to, say, source, dry)


def merged(
    repository: Git, folder: Path, versions: Versions, to: str, say: Callable[[str], object], source: str, dry: bool
) -> Update:
    """Update `repository`, which is `folder` or a copy of it."""
    found = plan(repository, versions, to, source)
    if nothing_to_do(repository, found):
        say(f"Nothing to do: this repository has {found.version} ({to}).")
        return Update(found, None)
    refuse_overwriting(repository, found.base, found.new, folder)
    say(text.before(found))
    repository.run("update-ref", f"refs/heads/{BRANCH}", found.new)
    message = f"Update the template from {found.recorded.version} to {found.version}"
    result = merge(repository, found.base, found.new, message)
    say(text.after(found, result, dry=dry))
    return Update(found, result)


def copied(folder: Path, to: Path) -> Git:
    """A clone of what is committed, with the same branches, so that nothing here can be changed."""
    Git(folder).run("clone", "--quiet", "--shared", str(folder), str(to))
    repository = Git(to)
    repository.run("fetch", "--quiet", "origin", "+refs/remotes/origin/*:refs/remotes/origin/*")
    if Git(folder).commit_of(f"refs/heads/{BRANCH}"):  # the clone had it as origin's, which that fetch replaced
        repository.run("fetch", "--quiet", "origin", f"+refs/heads/{BRANCH}:refs/heads/{BRANCH}")
    return repository
