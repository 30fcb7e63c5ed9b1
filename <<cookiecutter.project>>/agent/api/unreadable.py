"""The answer to bytes that are not HTTP. No application sees them: uvicorn's own answer would be plain text."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from agent.api.problem_types import MALFORMED_REQUEST
from agent.api.problems import MEDIA_TYPE, problem_of_kind

MOST_HEAD_BYTES = 65_536
"""Of a request line and headers. The parser has no limit, and takes ever longer: a minute of CPU for 100 MB."""


def problem(release: str, detail: str) -> bytes:
    """The whole answer, with its status and headers."""
    body = problem_of_kind(MALFORMED_REQUEST, detail).model_dump_json(exclude_none=True).encode()
    head = f"HTTP/1.1 400 Bad Request\r\nx-release: {release}\r\ncontent-type: {MEDIA_TYPE}\r\n"
    return f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body


def protocol_of(release: str) -> type[asyncio.Protocol]:
    """Uvicorn's protocol for HTTP, whose answer to such bytes is a problem as all others are."""
    no_http = problem(release, "these bytes are no HTTP request")
    too_large = problem(release, f"the headers are larger than {MOST_HEAD_BYTES} bytes")

    class HttpProtocol(HttpToolsProtocol):
        _is_head, _head_bytes = True, 0

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self._is_head:
                self._head_bytes += len(data)
                if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                    self._end_with(too_large)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._is_head, self._head_bytes = True, 0

        def on_headers_complete(self) -> None:
            self._is_head = False
            super().on_headers_complete()

        def send_400_response(self, msg: str) -> None:  # noqa: ARG002  its text is for a log
            self._end_with(no_http)

        def _end_with(self, answer: bytes) -> None:
            self.transport.write(answer)
            self.transport.close()

    return HttpProtocol
