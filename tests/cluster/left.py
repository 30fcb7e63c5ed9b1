"""What a cluster leaves on the machine when it is killed: processes, mounts, control groups, network and files."""

import fcntl
import itertools
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.cluster.place import Place
from tests.processes import command_line, tell

AT_MOST = 10
END_WITHIN_SECONDS = 10.0


@contextmanager
def taken() -> Iterator[Place]:
    """A place that nobody uses, empty. What a killed cluster left there is removed first, and everything at the end."""
    for place in map(Place, itertools.count()):
        assert place.number < AT_MOST, f"{AT_MOST} clusters run on this machine"
        with place.folder.with_suffix(".lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            clear(place)
            place.folder.mkdir(mode=0o755)
            try:
                yield place
            finally:
                clear(place)
            return


def clear(place: Place) -> None:
    """End every process that is left, by its id, and remove the rest."""
    deadline = time.monotonic() + END_WITHIN_SECONDS
    while (found := processes(place)) and time.monotonic() < deadline:
        tell(found, signal.SIGKILL)
        time.sleep(0.05)
    unmount(place.folder)
    for cgroup in place.cgroups():
        for folder in sorted([cgroup, *cgroup.rglob("*/")], key=lambda path: len(path.parts), reverse=True):
            with suppress(OSError):
                folder.rmdir()
    run("iptables", "-D", *place.forwarding)
    run("ip", "link", "delete", place.bridge)
    shutil.rmtree(place.folder, ignore_errors=True)


def processes(place: Place) -> list[int]:
    """Its parts, its containers' processes, and containerd's shims, which outlive it."""
    noted = (line.split() for line in read(place.started).splitlines())
    parts = [int(pid) for pid, began in noted if began_at(int(pid)) == began]
    listed = (path for cgroup in place.cgroups() for path in cgroup.rglob("cgroup.procs"))
    contained = {int(line) for path in listed for line in read(path).split()}
    pids = (int(path.name) for path in Path("/proc").glob("[0-9]*"))
    return [*parts, *contained, *(pid for pid in pids if is_shim(command_line(pid).split(), place))]


def is_shim(command: list[str], place: Place) -> bool:
    return bool(command) and Path(command[0]).name.startswith("containerd-shim") and str(place.socket) in command


def note(place: Place, pid: int) -> None:
    """A part of the cluster runs. Its id alone could name another process later."""
    with place.started.open("a") as file:
        file.write(f"{pid} {began_at(pid)}\n")


def began_at(pid: int) -> str:
    """When the process started, in clock ticks since the machine's start; nothing once it has ended."""
    text = read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return text[19] if text and text[0] != "Z" else ""


def unmount(folder: Path) -> None:
    """The deepest first."""
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for each in sorted((path for path in mounted if path.startswith(f"{folder}/")), reverse=True):
        run("umount", "--lazy", each)


def read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def run(*command: str) -> None:
    subprocess.run(command, capture_output=True, check=False)
