"""Sends a request through the router's probe socket, to find out which slot answers stable's users."""

import socket
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from rollout.errors import RouterError
from rollout.router.split import Slot

SLOT_OF: dict[str | None, Slot] = {"blue": "blue", "green": "green"}


class SocketConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout_seconds: float) -> None:
        super().__init__("router", timeout=timeout_seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def ask_who_answers(path: Path, timeout_seconds: float) -> Slot | None:
    """The slot that answered; None if the release failed or did not answer. Raises RouterError if the router does not
    answer."""
    connection = SocketConnection(path, timeout_seconds)
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        raise RouterError(f"the router's socket {path} does not answer: {error}") from error
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        return SLOT_OF.get(answer.getheader("x-slot")) if answer.status == 200 else None
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
