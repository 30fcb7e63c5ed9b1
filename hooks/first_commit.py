"""Makes the first commit: exactly the baked files, on main, independent of the user's git settings.

The branch `template` starts there too: updates of the template go on it, and are merged from it (update/).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

FALLBACK_IDENTITY = ("-c", "user.name=agent release template", "-c", "user.email=template@example.invalid")
# No prompts and no background processes: no hooks, no signature, no filters of other repositories.
SETTINGS = (
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "commit.gpgSign=false",
    "commit.cleanup=strip",
    "core.fsmonitor=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "init.defaultBranch=main",
    "init.defaultObjectFormat=sha1",  # GitHub supports only this
)
GIT = ("git", *(part for setting in SETTINGS for part in ("-c", setting)))
# Git's variables for identity and configuration. Others may point to another repository.
KEPT = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_", "GIT_EXEC_PATH")
BRANCH = "template"
# Like `git init -b main`, but works with git before 2.28 too.
BY_HAND = "git init && git symbolic-ref HEAD refs/heads/main && git add --all && git commit"


def in_a_repository() -> bool:
    """Whether this folder is a repository, or part of one that tracks its files."""
    return Path(".git").exists() or bool(git("ls-files").stdout)


def repository_around() -> str:
    """The repository around this one; empty if there is none, or if it ignores this folder."""
    ignored = git("check-ignore", "--quiet", ".").returncode == 0
    return "" if ignored else git("rev-parse", "--show-toplevel").stdout.strip()


def commit(message: str, files: Iterable[Path], scripts: Iterable[Path]) -> str:
    """Commit these files on main, under the user's identity if there is one. Returns the error, or an empty string."""
    if shutil.which("git") is None:
        return "git is not on PATH"
    who = identity()
    # Not `git add`, which skips files in the user's global gitignore; --chmod for file systems without modes.
    index = ("update-index", "--add", "-z")
    for step, names in (
        (("init", "--quiet"), ()),
        (("symbolic-ref", "HEAD", "refs/heads/main"), ()),
        ((*index, "--chmod=-x", "--stdin"), files),
        ((*index, "--chmod=+x", "--stdin"), scripts),
        (("commit", "--quiet", "--message", message), ()),
        (("branch", BRANCH), ()),
    ):
        done = git(*who, *step, stdin="".join(f"{name}\0" for name in names))
        if done.returncode:
            return f"git {step[0]}: {done.stderr.strip()}"
    return ""


def identity() -> tuple[str, ...]:
    """Empty if git knows the user; otherwise an identity for this commit only."""
    people = ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT")
    known = all(git("-c", "user.useConfigOnly=true", "var", who).returncode == 0 for who in people)
    return () if known else FALLBACK_IDENTITY


def git(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run git on this folder, even if the caller runs inside a git command of another one."""
    command = [*GIT, *arguments]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(KEPT)}
    try:
        return subprocess.run(command, env=ours, input=stdin, capture_output=True, encoding="utf-8", errors="replace")
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))
