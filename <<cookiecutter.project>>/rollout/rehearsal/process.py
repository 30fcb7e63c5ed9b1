"""A release, or another part of a rehearsal, as a process on this machine."""

import ctypes
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from rollout.errors import PartFailed

STOP_WITHIN_SECONDS = 10.0
PR_SET_PDEATHSIG = 1
PORTS = itertools.cycle(random.sample(range(20_000, 32_000), k=12_000))
"""In random order, so that two rehearsals do not choose the same port. They are below the ports of outgoing
connections: from 32768 on Linux, from 49152 on macOS."""


class Process:
    """One running program. Its output goes to `log`. It ends whenever its parent ends."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        end_by: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name, self.log = name, log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,  # Ctrl-C must reach only us: we move the traffic first, then stop the parts
                preexec_fn=partial(end_with_parent, end_by),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.poll()

    def check(self) -> None:
        """Raises PartFailed, with the last lines of its output, if it has ended."""
        if (code := self.exit_code()) is not None:
            raise PartFailed(f"{self.name} ended with exit code {code}. Its last lines:\n{self.last_lines()}")

    def last_lines(self, count: int = 5) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])

    def wait(self, timeout_seconds: float) -> int:
        """Wait for its exit code. Raises subprocess.TimeoutExpired."""
        return self._process.wait(timeout_seconds)

    def send(self, number: signal.Signals) -> None:
        if self.exit_code() is None:
            self._process.send_signal(number)

    def stop(self) -> None:
        """Terminate it; kill it if it does not end."""
        self.send(signal.SIGTERM)
        try:
            self._process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def end_with_parent(by: signal.Signals) -> None:
    """Linux: the kernel ends this process with its parent, so that a killed rehearsal leaves nothing behind. SIGTERM
    has no effect on a stopped process (SIGSTOP); SIGKILL has, but leaves the process no time to clean up."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, by)


def free_port() -> int:
    """A free port on the loopback address. The kernel does not use these ports for outgoing connections, so the load
    cannot take one before its program has started."""
    for port in PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("PORTS has no end")


def listening(port: int) -> bool:
    """Whether something listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(done: Callable[[], bool], what: str, within_seconds: float, alive: Sequence[Process] = ()) -> None:
    """Wait for a condition. Raises PartFailed if a process ends first, or after `within_seconds`."""
    deadline = time.monotonic() + within_seconds
    while not done():
        for process in alive:
            process.check()
        if time.monotonic() > deadline:
            logs = "\n".join(f"{process.name}: {process.last_lines()}" for process in alive)
            raise PartFailed(f"{what}: not within {within_seconds:g} s.\n{logs}")
        time.sleep(0.02)
