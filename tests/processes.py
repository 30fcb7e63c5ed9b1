"""Linux: the processes on this machine."""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def children(pid: int) -> list[int]:
    """The processes that this one started; none when it has ended."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, task.read_text().split())
    return found


def descendants(pid: int) -> list[int]:
    """The processes that this one started, and theirs, parents first."""
    found = [pid]
    for each in found:
        found += children(each)
    return found[1:]


def tell(pids: Iterable[int], what: signal.Signals) -> None:
    """Send a signal to each; those that have ended are passed over."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except FileNotFoundError:
        return ""


def environment(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_text().replace("\0", " ")


def processes_with(word: str) -> list[str]:
    """The command lines that contain the word."""
    lines = (command_line(int(path.name)) for path in Path("/proc").glob("[0-9]*"))
    return [line for line in lines if word in line]
