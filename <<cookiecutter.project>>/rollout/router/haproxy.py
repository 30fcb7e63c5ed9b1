"""HAProxy as the router: its map files survive a restart, its admin socket changes the running process."""

import csv
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from rollout import durable
from rollout.errors import RouterError, SplitNotSaved
from rollout.router.aftermath import Aftermath
from rollout.router.probe import ask_who_answers
from rollout.router.split import Slot, Split
from rollout.router.task import Solved, Unsolved, ask_to_solve

BACKEND = "agent"
"""The backend whose requests the gates count. It checks the servers' health; the other backend uses the results."""


@dataclass(frozen=True)
class ServerStats:
    """One slot's server in HAProxy's statistics.

    Since the router started, `downs` counts changes from up to down, and `requests` the requests to the agent's routes.
    `running` is the number of requests in flight, on any route.
    """

    up: bool
    downs: int
    requests: int
    running: int
    check: str


class Haproxy:
    """Moves traffic through `split.map` in `folder` and the admin socket at `socket_path`. Next to that is
    `probe.sock`, the socket for requests."""

    def __init__(
        self, socket_path: Path, folder: Path, timeout_seconds: float = 2.0, evals_token: str | None = None
    ) -> None:
        self._socket_path = socket_path
        self._map, self._aftermath = folder / "split.map", folder / "aftermath.map"
        self._timeout_seconds, self._evals_token = timeout_seconds, evals_token

    def shift(self, split: Split) -> None:
        """Apply a split: write the map file, so that a restarted router has it too, change the running router, and read
        it back. Raises RouterError if any of the three fails, after trying all of them; SplitNotSaved if only the file
        could not be written."""
        if unwritten := self._set("split", self._map, split.entries()):
            raise SplitNotSaved(f"the router applied the split, but {self._map} can't be written: {unwritten}")

    def record(self, aftermath: Aftermath) -> None:
        """Show Prometheus how a rollout has ended, also after a restart. Raises RouterError."""
        if unwritten := self._set("aftermath", self._aftermath, aftermath.entries()):
            raise RouterError(f"{self._aftermath} can't be written: {unwritten}")

    def _set(self, what: str, path: Path, wanted: dict[str, str]) -> OSError | None:
        """Write a map file, change the running router's map, and read that back. Returns why the file could not be
        written. Raises RouterError if the router has not obeyed."""
        unwritten: OSError | None = None
        try:
            durable.replace(path, write_map(wanted))
        except OSError as error:  # even with a full disk, the traffic must move
            unwritten = error
        commands = [f"set map {in_command(path)} {key} {value}" for key, value in wanted.items()]
        answer = self._ask(";".join([*commands, f"show map {in_command(path)}"]))
        found = read_map_answer(answer)
        if found != wanted:
            raise RouterError(f"the router's {what} is {found}, not {wanted}: {answer.strip()[:200]}")
        return unwritten

    def current(self) -> dict[str, str]:
        """The running router's split, as keys and values of its map. Raises RouterError."""
        return read_map_answer(self._ask(f"show map {in_command(self._map)}"))

    def version(self) -> str:
        """The version of the running router, such as `3.2.4-98813a1`. Raises RouterError."""
        found = re.search(r"^Version: (\S+)", self._ask("show info"), re.MULTILINE)
        if not found:
            raise RouterError(f"the router at {self._socket_path} does not say its version")
        return found[1]

    def on_disk(self) -> dict[str, str]:
        """The split in the map file, which a restarted router uses; empty if it can't be read."""
        try:
            return dict(line.split(maxsplit=1) for line in self._map.read_text(encoding="utf-8").splitlines())
        except (OSError, ValueError):
            return {}

    def health(self, slot: Slot) -> ServerStats:
        """The current state of one slot. Raises RouterError."""
        rows = csv.DictReader(self._ask("show stat -1 4 -1").lstrip("# ").splitlines())
        servers = [row for row in rows if row["svname"] == slot]
        for row in servers:
            if row["pxname"] == BACKEND:
                return ServerStats(
                    up=row["status"].startswith("UP"),
                    downs=int(row["chkdown"] or 0),
                    requests=int(row["stot"] or 0),
                    running=sum(int(each["scur"] or 0) for each in servers),
                    check=" ".join(filter(None, [row["check_status"], row["last_chk"]])),
                )
        raise RouterError(f"the router at {self._socket_path} has no server {BACKEND}/{slot}")

    def answering(self) -> Slot | None:
        """The slot that answers stable's users, checked with a request; None if none does. Raises RouterError."""
        return ask_who_answers(self._socket_path.with_name("probe.sock"), self._timeout_seconds)

    def solve(self, slot: Slot, task: str, within_seconds: float) -> Solved | Unsolved:
        """Let the release in a slot solve a task, whoever gets the users. Raises RouterError."""
        probe = self._socket_path.with_name("probe.sock")
        return ask_to_solve(probe, slot, task, within_seconds, self._evals_token)

    def _ask(self, command: str) -> str:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(self._timeout_seconds)
                connection.connect(str(self._socket_path))
                connection.sendall(command.encode() + b"\n")
                parts = list(iter(lambda: connection.recv(65536), b""))
        except OSError as error:
            raise RouterError(f"the router's socket {self._socket_path} does not answer: {error}") from error
        return b"".join(parts).decode()


def in_command(path: Path) -> str:
    """A path in a command of the socket: without the escapes, parts of it would be separators."""
    return re.sub(r"([\\ ;])", r"\\\1", str(path))


def write_map(entries: dict[str, str]) -> str:
    """Entries -> the text of a map file, one line per key."""
    return "".join(f"{key} {value}\n" for key, value in entries.items())


def read_map_answer(answer: str) -> dict[str, str]:
    """The answer to `show map` -> entries. Its lines are `<address> <key> <value>`."""
    fields = [line.split(maxsplit=2) for line in answer.splitlines() if line.startswith("0x")]
    return {key: value for _, key, value in fields}
