"""What the processes of a PostgreSQL server use while others ask it, as the kernel counts it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from tests.agent.postgres_server import PostgresServer
from tests.waiting import wait_until

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
BETWEEN_SECONDS, WITHIN_SECONDS = 0.02, 30.0


@dataclass
class Watched:
    """`memory_mb` is the sum of the processes' peaks: what they share counts for each."""

    cpu_seconds: float = 0.0
    memory_mb: float = 0.0


@contextmanager
def backends(server: PostgresServer) -> Iterator[Watched]:
    """Watch the processes that a server starts in the body. What they used is known after it."""
    ((first_line,),) = server.execute("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")
    pid, is_over, peaks = int(first_line), Event(), dict[int, float]()
    before, known = cpu_seconds_of_ended(pid), children(pid)

    def watch() -> None:
        while not is_over.wait(BETWEEN_SECONDS):
            for each in children(pid) - known:
                with suppress(OSError):  # it has just ended
                    peaks[each] = peak_mb(each) or peaks.get(each, 0.0)

    watching, watched = Thread(target=watch), Watched()
    watching.start()
    try:
        yield watched
    finally:
        is_over.set()
        watching.join()
    wait_until(lambda: children(pid) <= known, WITHIN_SECONDS)
    watched.cpu_seconds, watched.memory_mb = cpu_seconds_of_ended(pid) - before, sum(peaks.values())


def children(pid: int) -> set[int]:
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def cpu_seconds_of_ended(pid: int) -> float:
    """What the children have used that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / TICKS_PER_SECOND


def peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
