"""A client that sends bytes exactly as given: attackers send what an HTTP library would reject or normalize."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPMessage, parse_headers
from itertools import islice
from types import TracebackType
from typing import Self

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Answer:
    """`release` is the one that answered; None if the router itself answered."""

    status: int
    release: str | None
    body: bytes


class Closed(OSError):
    """The connection ended before the answer."""


class Connection:
    """One keep-alive connection to the router, from this address. Raises OSError when it breaks."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS, (address, 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._socket.close()

    def send(self, request: bytes) -> None:
        self._socket.sendall(request)

    def head(self) -> tuple[int, HTTPMessage]:
        """The status and headers of the next answer."""
        line = self._file.readline()
        if not line:
            raise Closed("no answer")
        return int(line.split()[1]), parse_headers(self._file)

    def answer(self) -> Answer:
        """The next answer, which must have a content length."""
        status, headers = self.head()
        length = int(headers["content-length"])
        body = self._file.read(length)
        if len(body) < length:
            raise Closed("half an answer")
        return Answer(status, headers["x-release"], body)

    def is_open(self) -> bool:
        """Whether the router still holds it; nothing may have been answered."""
        self._socket.setblocking(False)
        try:
            return self._socket.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            self._socket.settimeout(TIMEOUT_SECONDS)

    def chunk(self) -> bytes:
        """The next chunk of a streamed answer; empty at its regular end."""
        size = self._file.readline()
        if not size:
            raise Closed("half a stream")
        return self._file.read(int(size, 16) + 2)[:-2]


def request(path: str = "/agent/run", *headers: tuple[str, str], method: str = "GET", body: bytes = b"") -> bytes:
    """A request with exactly these headers."""
    lines = [f"{method} {path} HTTP/1.1", "host: agent", *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def of(user: str, path: str = "/agent/run") -> bytes:
    """A request of a user."""
    return request(path, ("x-user-id", user))


def ask(port: int, sent: bytes, address: str = "127.0.0.1") -> Answer:
    """One request on its own connection."""
    with Connection(port, address) as connection:
        connection.send(sent)
        return connection.answer()


def ask_all(port: int, requests: Iterable[bytes], at_once: int = 100) -> list[Answer]:
    """Pipelined requests on one connection; the answers in order."""
    answers = []
    waiting = iter(requests)
    with Connection(port) as connection:
        while some := list(islice(waiting, at_once)):
            connection.send(b"".join(some))
            answers += [connection.answer() for _ in some]
    return answers
