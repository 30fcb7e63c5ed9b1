"""The commit that a definition is in: it is fixed before its experiment starts, where others can see it."""

import subprocess
from pathlib import Path

from experiments.errors import NotCommitted

WITHIN_SECONDS = 30.0


def commit_of(path: Path) -> str:
    """The newest commit that changed this file. Raises NotCommitted, also if the file differs from that commit."""
    if git(path, "status", "--porcelain", "--ignored"):
        raise NotCommitted(f"{path} is not as it is in git: commit it before the start")
    commit = git(path, "log", "-1", "--format=%H")
    if not commit:
        raise NotCommitted(f"{path} is in no commit: commit it before the start")
    return commit


def git(path: Path, *command: str) -> str:
    """What git says of a file. Raises NotCommitted."""
    try:
        ended = subprocess.run(
            ["git", *command, "--", path.name], cwd=path.parent, capture_output=True, text=True, timeout=WITHIN_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotCommitted(f"git can't be asked about {path}: {error}") from error
    if ended.returncode:
        raise NotCommitted(f"git can't say whether {path} is committed: {ended.stderr.strip()}")
    return ended.stdout.strip()
