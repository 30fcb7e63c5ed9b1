"""The commit that holds what the template made of this repository: the base of the merge.

It is found by what `.template.json` records, not by the history: after a squash, in a fresh clone, or in a repository
without the branch, git alone would take an older base, or none.
"""

from __future__ import annotations

from collections.abc import Iterator

from update.errors import NotBaked, UnknownBase
from update.git import BY_TEMPLATE, TEMPLATE, Git
from update.record import FILE, Record, read
from update.versions import Versions

BRANCH = "template"


def tip(repository: Git) -> str:
    """The branch `template`, here or at the remote; empty if there is none, or if the remote's is a person's."""
    here = repository.commit_of(f"refs/heads/{BRANCH}")
    remote = "" if here else repository.commit_of(f"refs/remotes/origin/{BRANCH}")
    return here or ("" if remote and strangers(repository, remote) else remote)


def strangers(repository: Git, branch: str) -> list[str]:
    """The commits of a branch that the template did not make: neither an update's, nor the first one of a bake."""
    commits = repository.run("log", "--format=%h\t%ae\t%P", branch).splitlines()
    return [each.partition("\t")[0] for each in commits if f"\t{TEMPLATE['EMAIL']}\t" not in each and each[-1] != "\t"]


def base(repository: Git, versions: Versions, recorded: Record) -> str:
    """On the branch, or baked again from the recorded commit. Raises UnknownBase."""
    branch = tip(repository)
    made = (
        [commit for commit, record in records(repository, branch) if record.origin == recorded.origin] if branch else []
    )
    if not made:
        return baked_again(repository, versions, recorded, branch)
    # Several are of different answers. One that was not merged may have been taken back; the first was not.
    merged = (commit for commit in made if repository.is_ancestor(commit, "HEAD"))
    return next(merged, made[-1])


def baked_again(repository: Git, versions: Versions, recorded: Record, branch: str) -> str:
    """A commit of the version that this repository records, after `branch` if there is one."""
    commit = versions.commit_of(recorded.commit or f"v{recorded.version}")
    if not commit:
        known = recorded.commit or f"no commit, and no tag v{recorded.version} exists"
        raise UnknownBase(
            f"this repository was baked from version {recorded.version} of the template ({known}), which "
            f"{recorded.source} does not have. Name a template that has it: make update TEMPLATE=URL"
        )
    file = earliest(repository, recorded)
    with versions.baked(commit, read(file).answers) as made:
        tree = with_file(repository, imported(repository, str(made)), file)
    return committed(repository, tree, branch, f"The template's version {recorded.version}")


def earliest(repository: Git, recorded: Record) -> str:
    """The file as it was first committed for this version: a person may have changed its answers since."""
    found = [commit for commit, record in records(repository, "HEAD") if record.origin == recorded.origin]
    return repository.text_of(found[-1], FILE)


def records(repository: Git, start: str) -> Iterator[tuple[str, Record]]:
    """The commits that changed `.template.json`, newest first, and what they record."""
    for commit in repository.run("log", "--format=%H", start, "--", FILE).split():
        try:
            yield commit, read(repository.text_of(commit, FILE))
        except NotBaked:  # deleted there, or damaged
            continue


def imported(repository: Git, made: str) -> str:
    """Bring a baked repository's files here as objects. Returns the tree."""
    repository.run("fetch", "--quiet", "--no-tags", made, "HEAD")
    return repository.run("rev-parse", "FETCH_HEAD^{tree}")


def with_file(repository: Git, tree: str, text: str) -> str:
    """The same tree with this text as `.template.json`."""
    blob = repository.run("hash-object", "-w", "--stdin", stdin=text)
    entries = [
        f"100644 blob {blob}\t{FILE}" if entry.endswith(f"\t{FILE}") else entry
        for entry in repository.names("ls-tree", "-z", tree)
    ]
    return repository.run("mktree", "-z", stdin="".join(f"{entry}\0" for entry in entries))


def committed(repository: Git, tree: str, parent: str, message: str) -> str:
    """A commit that the template made, not the user."""
    after = ("-p", parent) if parent else ()
    return repository.with_variables(**BY_TEMPLATE).run("commit-tree", tree, *after, "-m", message)
