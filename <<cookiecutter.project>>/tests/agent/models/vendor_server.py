"""A model's API on this machine: it answers, streams and fails as it is told, and keeps what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Protocol

Asked = dict[str, Any]
End = Literal["whole", "at its limit", "filtered", "refused"]
"""How a vendor says that an answer ended: as it should, at the limit on output tokens, or at the content filter, with a
part of the answer or none."""


class Wire(Protocol):
    """How a vendor writes its answers. All say the same: TEXT, or first a call of `calculate`."""

    model: str
    overloaded: int
    """The status with which it says that it is overloaded."""

    def environment(self, url: str) -> dict[str, str]:
        """The variables that direct the vendor's client to `url`, with a key."""
        ...

    def wants_stream(self, path: str, asked: Asked) -> bool: ...

    def has_result(self, asked: Asked) -> bool:
        """Whether a request has the result of a tool."""
        ...

    def tools(self, asked: Asked) -> list[str]: ...

    def answer(self, *, calls: bool, end: End) -> Asked: ...

    def stream(self, *, calls: bool, end: End) -> tuple[list[str], str]:
        """The events of an answer, and those that say that it is complete."""
        ...

    def error(self, status: int, message: str) -> Asked: ...

    def error_in_stream(self, message: str) -> str:
        """The event that says, after events of an answer, that it is overloaded."""
        ...


Manner = Literal[End, "cut", "without its end", "overloaded inside", "no JSON", "another JSON", "hangs up"]


@dataclass
class Vendor:
    """The next answers have the statuses of `failures`, then each has `status`. An answer with 200 comes in this
    `manner`; with `calls`, the first of a run calls a tool."""

    url: str
    wire: Wire
    failures: list[int] = field(default_factory=list)
    status: int = 200
    manner: Manner = "whole"
    calls: bool = False
    asked: list[Asked] = field(default_factory=list)

    def body(self, status: int, path: str, asked: Asked) -> tuple[str, bool]:
        """An answer's body, and whether more was promised than it has."""
        message = "The model is overloaded. A secret of the vendor."
        if status != 200:
            return json.dumps(self.wire.error(status, message)), False
        if self.manner in ("no JSON", "another JSON"):
            wrong = "<html>a secret of the vendor" if self.manner == "no JSON" else '{"secret": "of the vendor"}'
            return f"data: {wrong}\n\n" if self.wire.wants_stream(path, asked) else wrong, False
        calls = self.calls and not self.wire.has_result(asked)
        end: End = self.manner if self.manner in ("at its limit", "filtered", "refused") else "whole"
        if not self.wire.wants_stream(path, asked):
            return json.dumps(self.wire.answer(calls=calls, end=end)), self.manner == "cut"
        events, last = self.wire.stream(calls=calls, end=end)
        if self.manner != end:
            last = self.wire.error_in_stream(message) if self.manner == "overloaded inside" else ""
        return "".join(events) + last, self.manner == "cut"


@contextmanager
def vendor_server(wire: Wire) -> Iterator[Vendor]:
    """The API, for as long as this is open."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            vendor.asked.append(asked)
            if vendor.manner == "hangs up":
                return
            status = vendor.failures.pop(0) if vendor.failures else vendor.status
            text, is_cut = vendor.body(status, self.path, asked)
            is_stream = status == 200 and wire.wants_stream(self.path, asked)
            self.send_response(status)
            self.send_header("content-type", "text/event-stream" if is_stream else "application/json")
            self.send_header("content-length", str(len(text) + is_cut))
            self.send_header("retry-after-ms", "1")  # Google's client waits a second and more, whatever is said
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        vendor = Vendor(f"http://127.0.0.1:{server.server_port}", wire)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield vendor
        finally:
            server.shutdown()
            thread.join()
