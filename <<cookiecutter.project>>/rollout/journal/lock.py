"""One rollout at a time: a lock that the kernel gives back when its holder dies, and that says who holds it."""

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

TRIES, PAUSE_SECONDS = 5, 0.05  # whoever asks `is_held` holds it too, for a moment


@contextmanager
def held(path: Path, rollout: str, by: str) -> Iterator[None]:
    """Hold the lock for as long as the context lasts. Raises Locked, which says who holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        if not any(take(file) for _ in range(TRIES)):
            raise Locked(f"{describe(path)}. Wait for it, or end it with `rollout abort`.")
        file.truncate(0)
        json.dump(myself(rollout, by), file)
        file.flush()
        yield


def take(file: TextIO) -> bool:
    """Try once; pause when it is taken."""
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
    """Whether some engine is alive and holds it."""
    if not path.exists():
        return False
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def holder(path: Path) -> dict[str, str | int]:
    """Who holds it, or held it last: rollout, by, host, pid, since. Empty while its holder is just writing."""
    try:
        found: dict[str, str | int] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return found


def describe(path: Path) -> str:
    """Who holds it, for people."""
    found = holder(path)
    if not found:
        return "another rollout is starting"
    return "rollout {rollout} is running, by {by} on {host} (pid {pid}) since {since}".format(**found)
