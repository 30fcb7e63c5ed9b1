"""Merges what the template made into the current branch, and leaves the merge open for a person to commit."""

from __future__ import annotations

from dataclasses import dataclass

from update.errors import GitFailed
from update.git import BY_TEMPLATE, Git
from update.record import FILE

# git's stages of a path in conflict: 1 the base, 2 yours, 3 the template's.
KINDS = {
    frozenset("123"): "you and the template changed the same lines",
    frozenset("12"): "you changed it, the template deleted it",
    frozenset("13"): "you deleted it, the template changed it",
    frozenset("23"): "you and the template added it",
    frozenset("1"): "you and the template renamed it",
    frozenset("2"): "yours of a file that was renamed or moved",
    frozenset("3"): "the template's of a file that was renamed or moved",
}


@dataclass(frozen=True)
class Conflict:
    """A path that a person has to decide about."""

    path: str
    kind: str


@dataclass(frozen=True)
class Merged:
    """`both`: files with changes of both sides that git merged. `changed`: all paths that differ from before."""

    conflicts: tuple[Conflict, ...]
    both: tuple[str, ...]
    changed: tuple[str, ...]


def merge(repository: Git, base: str, new: str, message: str) -> Merged:
    """Like `git merge --no-commit NEW`, with this base whatever the history says. Raises GitFailed."""
    head = repository.run("rev-parse", "HEAD")
    branch = repository.tried("symbolic-ref", "--quiet", "HEAD").stdout.strip()
    # For the time of the merge, HEAD is a commit with the same files whose only parent is the base: with its real
    # parents, git would take a version that was merged and reverted since as the base.
    # Under the template's name, since git merges for nobody without one; the commit after it is the user's.
    merging = repository.with_variables(**BY_TEMPLATE)
    linked = merging.run("commit-tree", "HEAD^{tree}", "-p", base, "-m", "The base of an update")
    repository.run("update-ref", "--no-deref", "HEAD", linked)  # detached, so that the branch outlives a kill
    try:
        done = merging.tried("merge", "--no-ff", "--no-commit", "--no-rerere-autoupdate", "-m", message, new)
    finally:
        back = ("symbolic-ref", "HEAD", branch) if branch else ("update-ref", "--no-deref", "HEAD", head)
        repository.run(*back)
        repository.run("update-ref", "ORIG_HEAD", head)
    if not repository.commit_of("MERGE_HEAD"):
        raise GitFailed(f"git merge: {(done.stderr or done.stdout).strip()}")
    # Baked with the answers that are committed here, so it is right whatever both sides changed.
    repository.run("checkout", new, "--", FILE)
    return found(repository, base, head, new)


def found(repository: Git, base: str, head: str, new: str) -> Merged:
    """What the open merge looks like."""
    stages: dict[str, set[str]] = {}
    for entry in repository.names("ls-files", "--unmerged", "-z"):
        about, _, path = entry.partition("\t")
        stages.setdefault(path, set()).add(about.rpartition(" ")[2])
    conflicts = tuple(Conflict(path, KINDS[frozenset(found)]) for path, found in sorted(stages.items()))
    mine, theirs = (set(changed(repository, base, commit)) for commit in (head, new))
    both = tuple(sorted((mine & theirs) - stages.keys() - {FILE}))
    staged = repository.names("diff", "--cached", "--name-only", "--no-renames", "-z", head)
    return Merged(conflicts, both, tuple(sorted({*staged, *stages})))


def changed(repository: Git, old: str, new: str, *below: str) -> list[str]:
    """The paths that differ between two commits."""
    return repository.names("diff", "--name-only", "--no-renames", "-z", old, new, "--", *below)
