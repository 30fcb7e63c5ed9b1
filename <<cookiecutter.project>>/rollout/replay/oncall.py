"""The person on call: gets what Alertmanager sends, over HTTP on this machine."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rollout.replay.timeline import key_of

HEARTBEAT = "Watchdog"


@dataclass
class OnCall:
    """`got` are the notifications, each with the epoch seconds at which it came."""

    url: str
    got: list[tuple[float, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def has_heartbeat(self) -> bool:
        return any(each["labels"]["alertname"] == HEARTBEAT for _, said in list(self.got) for each in said["alerts"])

    @property
    def first(self) -> dict[tuple[str, str], float]:
        """When the first notification came that each alert of a release fires, as in a timeline."""
        found = dict[tuple[str, str], float]()
        for at, said in list(self.got):
            for each in said["alerts"]:
                if each["status"] == "firing" and each["labels"]["alertname"] != HEARTBEAT:
                    found.setdefault(key_of(each["labels"]), at)
        return found


@contextmanager
def on_call() -> Iterator[OnCall]:
    """Listens until the context is left."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            person.got.append((time.time(), json.loads(body)))
            self.send_response(HTTPStatus.OK)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the report tells it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    person = OnCall(f"http://127.0.0.1:{server.server_port}/")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield person
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
