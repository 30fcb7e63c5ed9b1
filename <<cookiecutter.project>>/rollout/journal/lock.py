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

from rollout.errors import Locked, Refused
from rollout.journal.regular import open_regular
from rollout.text import one_line

TRIES, PAUSE_SECONDS = 5, 0.05  # a call of `is_held` holds the lock for a moment too
LARGEST_FILE_BYTES = 64 * 1024
WHERE = ("by", "host", "pid", "since")


@contextmanager
def held(path: Path, rollout: str, by: str) -> Iterator[None]:
    """Hold the lock for the duration of the context. Raises Locked, which names the holder, and Refused when something
    else has the lock's name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    check_file(path)
    with path.open("a+", encoding="utf-8") as file:
        if not any(take(file) for _ in range(TRIES)):
            raise locked(path)
        file.truncate(0)
        json.dump(myself(rollout, by), file)
        file.flush()
        yield


def check(path: Path) -> None:
    """Check for a later use of the lock. Raises Locked or Refused, like `held`."""
    check_file(path)
    if is_held(path):
        raise locked(path)


def check_file(path: Path) -> None:
    """Raises Refused."""
    if path.exists() and not path.is_file():
        raise Refused(f"the lock {path} is not a regular file: remove it")


def locked(path: Path) -> Locked:
    return Locked(f"{describe(path)}. Wait for it, or end it with `rollout abort`.")


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
    """Whether a running engine holds the lock. False if the file can't be read: `trouble` says why."""
    try:
        with open_regular(path) as file:  # who only looks need not be allowed to write
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def trouble(path: Path) -> str | None:
    """Why the lock's state is unknown, or None."""
    try:
        open_regular(path).close()
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"the lock can't be read, so a rollout may be running: {error}"
    return None


def holder(path: Path) -> str | None:
    """The current or last holder's rollout; None while the holder is writing it, or if the file does not name one."""
    return parsed(content(path)).get("rollout")


def describe(path: Path) -> str:
    """The holder as text."""
    said = content(path)
    if not said.strip():
        return "another rollout is starting"
    found = parsed(said)
    if "rollout" not in found:
        return f"a rollout may be running: the lock {path} is held, and does not name its holder"
    by, host, pid, since = (found.get(name, "unknown") for name in WHERE)
    return one_line(f"rollout {found['rollout']} is running, by {by} on {host} (pid {pid}) since {since}")


def content(path: Path) -> bytes:
    """Empty when it can't be read."""
    try:
        with open_regular(path) as file:
            return file.read(LARGEST_FILE_BYTES)
    except OSError:
        return b""


def parsed(said: bytes) -> dict[str, str]:
    """The fields of the lock as text: rollout, by, host, pid, since. Skips anything else."""
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict) or "/" in str(found.get("rollout")):  # a rollout's name is a file's name
        return {}
    return {name: str(found[name]) for name in ("rollout", *WHERE) if isinstance(found.get(name), str | int)}
