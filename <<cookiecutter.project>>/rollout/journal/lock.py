"""One rollout at a time: a lock that names its holder and that the kernel releases when the holder dies."""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from rollout.errors import Locked

TRIES, PAUSE_SECONDS = 5, 0.05  # a call of `is_held` holds the lock for a moment too


@contextmanager
def held(path: Path, rollout: str, by: str) -> Iterator[None]:
    """Hold the lock for the duration of the context. Raises Locked, which names the holder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        if not any(take(file) for _ in range(TRIES)):
            raise Locked(f"{describe(path)}. Wait for it, or end it with `rollout abort`.")
        file.truncate(0)
        json.dump(myself(rollout, by), file)
        file.flush()
        yield


def take(file: TextIO) -> bool:
    """Try once; pause if the lock is taken."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(PAUSE_SECONDS)
        return False
    return True


def myself(rollout: str, by: str) -> dict[str, str | int]:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {"rollout": rollout, "by": by, "host": socket.gethostname(), "pid": os.getpid(), "since": since}


def is_held(path: Path) -> bool:
    """Whether a running engine holds the lock."""
    if not path.exists():
        return False
    with path.open("rb") as file:  # who only looks need not be allowed to write
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def holder(path: Path) -> dict[str, str | int]:
    """The current or last holder: rollout, by, host, pid, since. Empty while the holder is writing it."""
    try:
        found: dict[str, str | int] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return found


def describe(path: Path) -> str:
    """The holder as text."""
    found = holder(path)
    if not found:
        return "another rollout is starting"
    return "rollout {rollout} is running, by {by} on {host} (pid {pid}) since {since}".format(**found)
