"""What an update will do: read before anything is changed, so that a person hears it first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from update import answers as saved
from update.base import BRANCH, base, committed, imported, strangers, tip, with_file
from update.changelog import Part, since
from update.errors import NotBaked, NotReady, Refused, UnknownVersion
from update.git import Git
from update.merge import changed
from update.record import FILE, Record, read, with_origin, without_login
from update.versions import Versions, settings

YOURS = ("agent", "evals", "rollout.yaml")
ENGINE = "rollout"


@dataclass(frozen=True)
class Plan:
    """`base`, `new`: commits of what the template made then, and makes now; equal files if there is nothing to do.

    `yours`: files of agent/, evals/ and rollout.yaml that the template changed since. `engine`: files of rollout/ that
    a person changed here.
    """

    recorded: Record
    version: str
    wanted: str
    base: str
    new: str
    answers: saved.Answers
    yours: tuple[str, ...]
    engine: tuple[str, ...]
    news: tuple[Part, ...]


def refuse_unready(repository: Git) -> None:
    """Raises NotBaked or NotReady: an update starts from a state that git can bring back."""
    if repository.tried("rev-parse", "--show-toplevel").stdout.strip() != str(repository.folder):
        raise NotBaked(f"{repository.folder} is not the top folder of a git repository")
    if not repository.commit_of("HEAD"):
        raise NotBaked(f"{repository.folder} has no commit")
    if repository.commit_of("MERGE_HEAD"):
        raise NotReady("a merge is in progress: finish it with `git commit`, or take it back with `git merge --abort`")
    if repository.run("status", "--porcelain", "--untracked-files=no"):
        raise NotReady("there are uncommitted changes: commit them, or put them away with `git stash`")
    if repository.tried("symbolic-ref", "--quiet", "--short", "HEAD").stdout.strip() == "template":
        raise NotReady("the branch `template` holds only what the template made: `git switch main` first")
    here = repository.commit_of(f"refs/heads/{BRANCH}")
    if here and (found := strangers(repository, here)):
        raise NotReady(
            f"the branch `template` has commits that the template did not make, such as {found[0]}, and an update from "
            "there would take your edits back. Give it another name: `git branch -m template NAME`"
        )


def plan(repository: Git, versions: Versions, to: str, source: str = "") -> Plan:
    """Bake what is needed, and compare. Writes only objects and the branch `template`'s commits, not the branch.

    `source` replaces the recorded one, for a template that moved. Raises Refused.
    """
    refuse_unready(repository)
    recorded = read(repository.text_of("HEAD", FILE))
    wanted = versions.commit_of(to)
    if not wanted:
        raise UnknownVersion(f"{without_login(source) or recorded.source} has no tag, branch or commit {to}")
    asked = settings(versions, wanted)
    answers = saved.carried(recorded.answers, asked)
    old = base(repository, versions, recorded)
    with versions.baked(wanted, answers.values) as made:
        tree = imported(repository, str(made))
    file = with_origin(repository.text_of(tree, FILE), source or recorded.source, to)
    refuse_ignored(recorded.answers, read(file).answers)
    tree = with_file(repository, tree, file)
    before = versions.commit_of(recorded.commit or f"v{recorded.version}")
    log = "CHANGELOG.md"
    news = since(versions.text_of(wanted, log), versions.text_of(before, log) if before else "")
    version = str(asked.get("_version", to))
    new = on_branch(repository, tree, old, f"The template's version {version} ({to})")
    return Plan(
        recorded,
        version,
        to,
        old,
        new,
        answers,
        tuple(changed(repository, old, new, *YOURS)),
        tuple(changed(repository, old, "HEAD", ENGINE)),
        tuple(news),
    )


def refuse_ignored(saved: Mapping[str, object], baked: Mapping[str, object]) -> None:
    """Raises Refused if the bake replaced an answer, as cookiecutter does with a choice that is no longer offered."""
    replaced = [name for name in saved.keys() & baked.keys() if saved[name] != baked[name]]
    if replaced:
        each = "\n".join(f"  {name}: {saved[name]!r} became {baked[name]!r}" for name in sorted(replaced))
        raise Refused(
            f"this version of the template does not take these answers. Change them in {FILE}, and commit it:\n{each}"
        )


def on_branch(repository: Git, tree: str, old: str, message: str) -> str:
    """A commit of this tree after the newest one of the template here, or that one if it has the tree already."""
    branch = tip(repository)
    holds = branch and repository.is_ancestor(old, branch)
    newest = branch if holds else old
    same = repository.run("rev-parse", f"{newest}^{{tree}}") == tree
    return newest if same else committed(repository, tree, newest, message)


def nothing_to_do(repository: Git, found: Plan) -> bool:
    """Whether the template makes from these answers what it made for this repository."""
    old, new = (read(repository.text_of(commit, FILE)) for commit in (found.base, found.new))
    return (old.origin, old.answers, old.dirty) == (new.origin, new.answers, new.dirty)
