"""The first commit: exactly what was baked, on main, whatever the user's git is set to."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

FALLBACK_IDENTITY = ("-c", "user.name=agent release template", "-c", "user.email=template@example.invalid")
# It asks nobody and leaves nothing running: no hooks, no signature, no filters of other repositories.
SETTINGS = (
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "commit.gpgSign=false",
    "commit.cleanup=strip",
    "core.fsmonitor=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "init.defaultBranch=main",
    "init.defaultObjectFormat=sha1",  # GitHub takes no other
)
GIT = ("git", *(part for setting in SETTINGS for part in ("-c", setting)))
# Of git's variables, those that name people and configuration. The rest may point at another repository.
KEPT = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_", "GIT_EXEC_PATH")
# What `git init -b main` does, for git before 2.28 too.
BY_HAND = "git init && git symbolic-ref HEAD refs/heads/main && git add --all && git commit"


def in_a_repository() -> bool:
    """Whether this folder is a repository already, or part of one that tracks its files."""
    return Path(".git").exists() or bool(git("ls-files").stdout)


def repository_around() -> str:
    """The repository that would see this one as a file of its own; empty if there is none, or if it ignores it."""
    ignored = git("check-ignore", "--quiet", ".").returncode == 0
    return "" if ignored else git("rev-parse", "--show-toplevel").stdout.strip()


def commit(message: str, files: Iterable[Path], scripts: Iterable[Path]) -> str:
    """Commit these files on main, under the user's identity if there is one. Gives what went wrong, or nothing."""
    if shutil.which("git") is None:
        return "git is not on PATH"
    who = identity()
    # Not `git add`, which leaves out what the user ignores everywhere; --chmod for file systems without modes.
    index = ("update-index", "--add", "-z")
    for step, names in (
        (("init", "--quiet"), ()),
        (("symbolic-ref", "HEAD", "refs/heads/main"), ()),
        ((*index, "--chmod=-x", "--stdin"), files),
        ((*index, "--chmod=+x", "--stdin"), scripts),
        (("commit", "--quiet", "--message", message), ()),
    ):
        done = git(*who, *step, stdin="".join(f"{name}\0" for name in names))
        if done.returncode:
            return f"git {step[0]}: {done.stderr.strip()}"
    return ""


def identity() -> tuple[str, ...]:
    """Nothing if git knows the user; otherwise a name for this one commit."""
    people = ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT")
    known = all(git("-c", "user.useConfigOnly=true", "var", who).returncode == 0 for who in people)
    return () if known else FALLBACK_IDENTITY


def git(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run git on this folder, even when the caller is inside a git command on another one."""
    command = [*GIT, *arguments]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(KEPT)}
    try:
        return subprocess.run(command, env=ours, input=stdin, capture_output=True, encoding="utf-8", errors="replace")
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))
