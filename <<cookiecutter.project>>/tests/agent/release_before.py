"""The code of the release before this one, from git's history."""

import io
import subprocess
import zipfile
from pathlib import Path

from tests.agent.service import ROOT

KEPT = ("agent/conversations", "agent/idempotency", "agent/budget", "agent/sqlite_file.py", "agent/postgres.py")
"""The code that reads and writes what both releases of a rollout share."""


def release_before(folder: Path) -> str | None:
    """Unpack its `agent/` into a folder, and return its tag. Before the first tag, it is the commit before the newest
    change of KEPT. None if the history has neither: it begins here, is shallow, or is not there."""
    found = git("describe", "--tags", "--abbrev=0", "--match=v*", "HEAD^") or git(
        "log", "-1", "--format=%H^", "--", *KEPT
    )
    archive = git("archive", "--format=zip", found.decode().strip(), "agent") if found else b""
    if not archive:
        return None
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        files.extractall(folder)
    return found.decode().strip()


def git(*arguments: str) -> bytes:
    """What git prints; nothing if it fails or is not installed."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True)
    except FileNotFoundError:
        return b""
    return b"" if done.returncode else done.stdout
