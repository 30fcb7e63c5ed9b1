"""A server that speaks Anthropic's Messages API: answers, streams and errors, and a record of what it was asked."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TEXT = "The answer is 36."
USAGE = {"input_tokens": 20, "output_tokens": 6, "cache_read_input_tokens": 80, "cache_creation_input_tokens": 0}
MESSAGE: Mapping[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-4-5",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": USAGE,
}
ERRORS = {429: "rate_limit_error", 529: "overloaded_error"}


@dataclass
class Anthropic:
    """`status` is that of each answer; another than 200 is an error."""

    url: str
    status: int = 200
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def anthropic_server() -> Iterator[Anthropic]:
    """The server, for as long as this is open."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            served.asked.append(body)
            if served.status != 200:
                error = {"type": ERRORS[served.status], "message": "a secret of the vendor"}
                self._send(served.status, json.dumps({"type": "error", "error": error}))
            elif body.get("stream"):
                self._send(200, "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in stream()))
            else:
                content = [{"type": "text", "text": TEXT}]
                self._send(200, json.dumps({**MESSAGE, "content": content, "stop_reason": "end_turn"}))

        def _send(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("content-type", "text/event-stream" if text.startswith("event") else "application/json")
            self.send_header("content-length", str(len(text)))
            self.send_header("retry-after-ms", "1")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Anthropic(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


def stream() -> Iterator[dict[str, Any]]:
    """The events of a streamed answer."""
    yield {"type": "message_start", "message": dict(MESSAGE)}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    for word in TEXT.split(" "):
        text = word if word == "The" else f" {word}"
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": USAGE}
    yield {"type": "message_stop"}
