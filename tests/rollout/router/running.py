"""HAProxy with the shipped configuration and two backends, in its own folder."""

import itertools
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rollout.errors import RouterError
from rollout.rehearsal import routed
from rollout.rehearsal.parts import tool
from rollout.rehearsal.process import Process, free_port, listening
from rollout.rehearsal.stage import make_folder
from rollout.router.aftermath import Aftermath
from rollout.router.folder import CONFIG
from rollout.router.haproxy import Haproxy, write_map
from rollout.router.split import BUCKETS, Slot, Split, bucket, everybody_on, other
from tests.rollout.router.backend import Backend
from tests.rollout.router.client import ask_all
from tests.waiting import wait_until

AT_REST = write_map(everybody_on("blue").entries())
LEASE_MOST_SECONDS = 60.0
SALT = "20261124T120000.000Z-1.4.0"
WITHIN_SECONDS = 10.0
LOGGED_AT_ONCE = 300
"""Their lines fit into a pipe. HAProxy drops lines when nobody empties it, as a container's log may be late."""


class RunningRouter:
    """Starts with `split_map` as its map file, and accepts x-user-id from the `trusted` addresses."""

    def __init__(
        self, folder: Path, blue: Backend, green: Backend, split_map: str = AT_REST, trusted: str = "127.0.0.0/8"
    ) -> None:
        self.blue, self.green = blue, green
        self.folder = folder / "the router"  # the admin socket would take the space as a separator
        self._sockets = make_folder()  # with a short path, whatever the test's is
        self.socket, self._log = self._sockets / "router.sock", folder / "router.log"
        self.folder.mkdir(parents=True)
        (self.folder / "split.map").write_text(split_map, encoding="utf-8")
        (self.folder / "aftermath.map").write_text(write_map(Aftermath().entries()), encoding="utf-8")
        (self.folder / "trusted.lst").write_text(f"{trusted}\n", encoding="utf-8")
        self.port = free_port()
        self._label = f"router-{self.port}"
        self.arguments = ["-db", "-f", str(CONFIG)]
        self.control = Haproxy(self.socket, self.folder)
        self.environment = {
            "ROUTER_BIND": f"127.0.0.1:{self.port}",
            "ROUTER_METRICS_BIND": f"127.0.0.1:{free_port()}",
            "ROUTER_SOCKET": str(self.socket),
            "ROUTER_PROBE": str(self.socket.with_name("probe.sock")),
            "ROUTER_FOLDER": str(self.folder),
            "BLUE_ADDRESS": f"127.0.0.1:{blue.port}",
            "GREEN_ADDRESS": f"127.0.0.1:{green.port}",
            "LEASE_MOST_MS": str(round(LEASE_MOST_SECONDS * 1000)),
            "CHECK_INTERVAL": "100ms",
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()
        self.process.stop()
        shutil.rmtree(self._sockets)

    def start(self) -> None:
        """Start it, or restart it after `kill`."""
        folders = [self.folder.parent, self._sockets, CONFIG.parent]
        command = tool("haproxy").command(self.arguments, self.environment, folders, self._label)
        self.process = Process("router", command, self._log, self.environment)
        wait_until(self._ready, WITHIN_SECONDS, self.process.last_lines)

    def _ready(self) -> bool:
        self.process.check()
        try:
            return bool(self.control.health("blue")) and listening(self.port)
        except RouterError:
            return False

    def _remove(self) -> None:
        """A killed client leaves its container running."""
        if removal := tool("haproxy").removal(self._label):
            subprocess.run(removal, check=False, capture_output=True)

    def kill(self) -> None:
        self._remove()
        self.process.send(signal.SIGKILL)
        self.process.wait(WITHIN_SECONDS)

    def shift(self, weight: float, *, stable: Slot = "blue", lease_seconds: float = 30.0, salt: str = SALT) -> Split:
        """Shift traffic like an engine; returns the split."""
        until_ms = round((time.time() + lease_seconds) * 1000)
        split = Split(stable, other(stable), round(weight * BUCKETS), until_ms, salt)
        self.control.shift(split)
        return split

    def set(self, key: str, value: str) -> None:
        """Set one key of the running map, like a part of a shift."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.socket))
            name = str(self.folder / "split.map").replace(" ", "\\ ")
            connection.sendall(f"set map {name} {key} {value}\n".encode())
            assert connection.recv(1000).strip() == b""

    def wait_for(self, slot: Slot, *, up: bool) -> None:
        wait_until(lambda: self.control.health(slot).up is up, WITHIN_SECONDS, lambda: self.control.health(slot))

    def lines(self, count: int) -> list[dict[str, Any]]:
        """The log of the first `count` requests. Lines are written shortly after the answers."""

        def logged() -> list[dict[str, Any]]:
            return list(routed.lines(self._log))

        wait_until(lambda: len(logged()) >= count, WITHIN_SECONDS, lambda: f"{len(logged())} of {count} lines")
        return logged()

    def log_of(self, requests: Iterable[bytes]) -> list[dict[str, Any]]:
        """Ask all, and return the log of these requests, in their order."""
        waiting, found = iter(requests), self.lines(0)
        before = len(found)
        while some := list(itertools.islice(waiting, LOGGED_AT_ONCE)):
            ask_all(self.port, some)
            found = self.lines(len(found) + len(some))
        return found[before:]


def users_in(low: float, high: float, salt: str = SALT) -> Iterator[str]:
    """Yield user ids whose bucket is between these shares."""
    names = (f"user-{number}" for number in itertools.count())
    return (name for name in names if low <= bucket(salt, name) / BUCKETS < high)
