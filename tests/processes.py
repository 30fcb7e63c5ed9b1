"""Linux: the processes on this machine."""

from pathlib import Path


def children(pid: int) -> list[int]:
    """The processes that this one started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


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
