"""The winner in the working tree, and the commands that make a pull request of it."""

import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

from experiments.errors import ChangedSince, DirtyTree, NoRepository
from experiments.schema import VariantPolicy
from experiments.winner import Change, Part, parts_of

WITHIN_SECONDS = 60.0


def check_unchanged(control: VariantPolicy, treatment: VariantPolicy, repository: Path, commit: str) -> None:
    """Raises ChangedSince if what the winner replaces is not what it was compared with: the control is the release's
    own configuration, except for what its variant sets. Raises NoRepository if git can't tell."""
    check_top(repository)
    hint = f"the definition's commit {commit[:12]} is not in this clone: `git fetch --unshallow` may get it"
    git(repository, "cat-file", "-e", f"{commit}^{{commit}}", hint=hint)
    set_by_control = {part.name for part, _ in parts_of(control)}
    changed = [
        f"the {part.name} in {part.file}"
        for part, _ in parts_of(treatment)
        if part.name not in set_by_control and is_changed(part, repository, commit)
    ]
    if changed:
        raise ChangedSince(
            f"{' and '.join(changed)} was changed since the definition was committed ({commit[:12]}), so the winner "
            "was compared with something else: change it by hand if you still want it, or start a new experiment"
        )


def is_changed(part: Part, repository: Path, commit: str) -> bool:
    """Whether a part of the configuration has another value than in a commit."""
    known = git(repository, "ls-tree", "--name-only", commit, "--", part.file)
    before = git(repository, "show", f"{commit}:./{part.file}") if known else ""
    return bool(part.value(before) != part.value((repository / part.file).read_text(encoding="utf-8")))


def apply(change: Change, repository: Path) -> None:
    """Change the files. Raises DirtyTree, and NoRepository; then nothing was changed."""
    check_top(repository)
    if changed := git(repository, "status", "--porcelain", "--untracked-files=no"):
        files = ", ".join(line[3:] for line in changed.splitlines())
        raise DirtyTree(f"the working tree has changes of its own ({files}): commit or stash them first")
    git(repository, "apply", "-", given=change.diff)


def check_top(repository: Path) -> None:
    """Raises NoRepository if this is not the top folder of a repository: below it, `git apply` skips every file, and
    succeeds."""
    if below := git(repository, "rev-parse", "--show-prefix").strip():
        raise NoRepository(f"{below} is a folder below the top of a git repository: `git apply` would change nothing")


def commands(name: str, winner: str, sentence: str, files: tuple[str, ...]) -> Iterator[str]:
    """The lines that make a pull request of the changed files, as a shell takes them."""
    subject = f"Use {winner}, which won the experiment {name}"
    yield shlex.join(["git", "switch", "-c", f"experiment-{name}"])
    yield shlex.join(["git", "commit", "-m", subject, "-m", sentence, "--", *files])
    yield shlex.join(["git", "push", "-u", "origin", f"experiment-{name}"])
    yield shlex.join(["gh", "pr", "create", "--title", subject, "--body", sentence])


def git(repository: Path, *command: str, given: str | None = None, hint: str = "") -> str:
    """What git says. Raises NoRepository."""
    try:
        ended = subprocess.run(
            ["git", *command],
            cwd=repository,
            input=given,
            capture_output=True,
            encoding="utf-8",
            timeout=WITHIN_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoRepository(f"git can't be used: {error}") from error
    if ended.returncode:
        raise NoRepository(hint or f"`git {command[0]}` failed here: {ended.stderr.strip()}")
    return ended.stdout
