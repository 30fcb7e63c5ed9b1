"""Runs git on one folder, independent of the git command that may run around it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from update.errors import GitFailed

# No prompts, hooks or background processes. A rename is followed, whatever the user's settings.
SETTINGS = (
    f"core.hooksPath={os.devnull}",
    "commit.gpgSign=false",
    "core.fsmonitor=false",
    "core.quotePath=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "merge.renames=true",
    "merge.verifySignatures=false",
    "advice.detachedHead=false",
)
# Git's variables for identity and configuration. Others may point to another repository.
KEPT = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_", "GIT_EXEC_PATH", "GIT_SSH")
TEMPLATE = {"NAME": "agent release template", "EMAIL": "template@example.invalid"}
BY_TEMPLATE = {f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in TEMPLATE.items()}


class Git:
    """Git in `folder`, with more variables if given."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        outside = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
        kept = {name: text for name, text in os.environ.items() if name.startswith(KEPT)}
        self._environment = {**outside, **kept, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **(environment or {})}

    def with_variables(self, **environment: str) -> Git:
        """The same folder, for one command with these variables."""
        return Git(self.folder, {**self._environment, **environment})

    def tried(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run git; the caller looks at the exit code."""
        settings = [part for setting in SETTINGS for part in ("-c", setting)]
        return subprocess.run(
            ["git", *settings, *arguments],
            cwd=self.folder,
            env=self._environment,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
        )

    def run(self, *arguments: str, stdin: str = "") -> str:
        """Git's output without its last line end. Raises GitFailed, with git's own message."""
        done = self.tried(*arguments, stdin=stdin)
        if done.returncode:
            raise GitFailed(f"git {arguments[0]}: {(done.stderr or done.stdout).strip()}")
        return done.stdout.removesuffix("\n")

    def names(self, *arguments: str) -> list[str]:
        """The parts of an output that git separates with NUL, because of -z."""
        return [name for name in self.run(*arguments).split("\0") if name]

    def commit_of(self, name: str) -> str:
        """The commit that this name stands for; empty if there is none."""
        return self.tried("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").stdout.strip()

    def is_ancestor(self, commit: str, of: str) -> bool:
        return self.tried("merge-base", "--is-ancestor", commit, of).returncode == 0

    def text_of(self, commit: str, path: str) -> str:
        """A file as it is in a commit; empty if it is not there."""
        return self.tried("show", f"{commit}:{path}").stdout
