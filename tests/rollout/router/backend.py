"""A fake release in this process. It names itself, records requests, and can be unhealthy, hang, stream or stop."""

import json
import socket
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STREAM_EVERY_SECONDS = 0.01


@dataclass(frozen=True)
class Seen:
    """A request as it arrived. Health checks are not recorded."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Backend:
    """Listens on a free port, and keeps it after a restart.

    `/agent/stream` sends a chunk every 10 ms until `finish` is set. `/agent/cut` reads the request and closes the
    connection. `/agent/422`, or another number, is answered with that status. Anything else is answered with the
    request's headers once `go` is set, as it is at first.
    """

    def __init__(self, name: str) -> None:
        self.name, self.port, self.healthy = name, 0, True
        self.go, self.finish = threading.Event(), threading.Event()
        self.requests: list[Seen] = []
        self.go.set()
        self.start()

    def start(self) -> None:
        """Start listening."""
        self._server = Server(self)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """Stop like a killed process: nothing listens, all connections are closed, no answer is sent."""
        self._server.shutdown()
        self._server.server_close()
        self._server.cut_all()
        self._thread.join()

    def close(self) -> None:
        """Release waiting handlers, and stop."""
        self.go.set()
        self.finish.set()
        self.kill()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", backend.port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut_all(self) -> None:
        """Close all connections during their requests."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client closed it first

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore broken connections: these tests break them."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        backend = self.server.backend
        if self.path == "/health":
            self._answer(200 if backend.healthy else 503, b"")
            return
        body = self._body()
        headers = tuple((name.lower(), value) for name, value in self.headers.items())
        backend.requests.append(Seen(self.command, self.path, headers, body))
        if self.path == "/agent/cut":
            self.close_connection = True
        elif self.path == "/agent/stream":
            self._stream()
        else:
            backend.go.wait()
            last = self.path.rpartition("/")[2]
            self._answer(int(last) if last.isdecimal() else 200, json.dumps(headers).encode())

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers
        return b"".join(chunks)

    do_POST = do_GET  # noqa: N815  http.server's name

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("x-release", self.server.backend.name)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("x-release", self.server.backend.name)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        while not self.server.backend.finish.wait(STREAM_EVERY_SECONDS):
            self.wfile.write(b"4\r\ntick\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""
