"""A release in this process: it says its name, remembers what reached it, and can be ill, hang, stream or be gone."""

import json
import socket
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STREAM_EVERY_SECONDS = 0.01


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; health checks are not among them."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Backend:
    """Listens on a port of the kernel's choice, the same one after every start.

    `/agent/stream` sends a chunk every 10 ms until `finish` is set; `/agent/cut` reads the request and closes the
    connection; `/agent/422`, or another number, is answered with that status;
    anything else is answered with the request's headers, once `go` is set, which it is at first.
    """

    def __init__(self, name: str) -> None:
        self.name, self.port, self.healthy = name, 0, True
        self.go, self.finish = threading.Event(), threading.Event()
        self.requests: list[Seen] = []
        self.go.set()
        self.start()

    def start(self) -> None:
        """Listen."""
        self._server = Server(self)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """Be gone, as after kill -9: nothing listens, every connection is closed, nothing more is answered."""
        self._server.shutdown()
        self._server.server_close()
        self._server.cut_all()
        self._thread.join()

    def close(self) -> None:
        """Let go of whoever waits, and end."""
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
        """Close every connection under its handler."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other end was faster

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is what these tests are about."""


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
        """Say nothing."""
