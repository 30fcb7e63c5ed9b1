"""HAProxy with the shipped configuration between two backends, in a folder of its own."""

import itertools
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rollout.errors import RouterError
from rollout.rehearsal import routed
from rollout.rehearsal.parts import tool
from rollout.rehearsal.process import Process, free_port, listening, wait_until
from rollout.router.folder import CONFIG
from rollout.router.haproxy import Haproxy, write_map
from rollout.router.split import BUCKETS, Slot, Split, bucket, everybody_on, other
from tests.rollout.router.backend import Backend

AT_REST = write_map(everybody_on("blue").entries())
LEASE_MOST_SECONDS = 60.0
SALT = "20261124T120000.000Z-1.4.0"
WITHIN_SECONDS = 10.0


class RunningRouter:
    """Starts with `split_map` as its map file and believes the names that `trusted` addresses send."""

    def __init__(
        self, folder: Path, blue: Backend, green: Backend, split_map: str = AT_REST, trusted: str = "127.0.0.0/8"
    ) -> None:
        self.blue, self.green = blue, green
        self.folder = folder / "the router"  # a space, which the admin socket would take for the end of a word
        self.socket, self._log = folder / "router.sock", folder / "router.log"
        self.folder.mkdir(parents=True)
        (self.folder / "split.map").write_text(split_map, encoding="utf-8")
        (self.folder / "trusted.lst").write_text(f"{trusted}\n", encoding="utf-8")
        self.port = free_port()
        self.arguments = ["-db", "-f", str(CONFIG)]
        self.control = Haproxy(self.socket, self.folder)
        self.environment = {
            "ROUTER_BIND": f"127.0.0.1:{self.port}",
            "ROUTER_METRICS_BIND": f"127.0.0.1:{free_port()}",
            "ROUTER_SOCKET": str(self.socket),
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
        self.process.stop()

    def start(self) -> None:
        """Start it, or start it anew after `kill`."""
        folders = [self.folder.parent, CONFIG.parent]
        command = tool("haproxy").command(self.arguments, self.environment, folders)
        self.process = Process("router", command, self._log, self.environment)
        wait_until(self._ready, "the router listens", WITHIN_SECONDS, [self.process])

    def _ready(self) -> bool:
        try:
            return bool(self.control.health("blue")) and listening(self.port)
        except RouterError:
            return False

    def kill(self) -> None:
        self.process.send(signal.SIGKILL)
        self.process.wait(WITHIN_SECONDS)

    def shift(self, weight: float, *, stable: Slot = "blue", lease_seconds: float = 30.0, salt: str = SALT) -> Split:
        """Shift as an engine does; returns the split."""
        until_ms = round((time.time() + lease_seconds) * 1000)
        split = Split(stable, other(stable), round(weight * BUCKETS), until_ms, salt)
        self.control.shift(split)
        return split

    def set(self, key: str, value: str) -> None:
        """Set one key of the running map, as half a shift does."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.socket))
            name = str(self.folder / "split.map").replace(" ", "\\ ")
            connection.sendall(f"set map {name} {key} {value}\n".encode())
            assert connection.recv(1000).strip() == b""

    def wait_for(self, slot: Slot, *, up: bool) -> None:
        wait_until(lambda: self.control.health(slot).up is up, f"{slot} is up: {up}", WITHIN_SECONDS, [self.process])

    def lines(self, count: int) -> list[dict[str, Any]]:
        """The log of the first `count` requests. A line is written a moment after the answer."""
        wait_until(lambda: len(list(routed.lines(self._log))) >= count, f"{count} lines in the log", WITHIN_SECONDS)
        return list(routed.lines(self._log))


def users_in(low: float, high: float, salt: str = SALT) -> Iterator[str]:
    """Endless user ids whose bucket lies between these shares."""
    names = (f"user-{number}" for number in itertools.count())
    return (name for name in names if low <= bucket(salt, name) / BUCKETS < high)
