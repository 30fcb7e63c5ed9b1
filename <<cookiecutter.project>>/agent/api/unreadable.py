"""The answer to bytes that are not HTTP. No application sees them: uvicorn's own answer would be plain text."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from agent.api.problem_types import MALFORMED_REQUEST
from agent.api.problems import MEDIA_TYPE, problem_of_kind


def protocol_of(release: str) -> type[asyncio.Protocol]:
    """Uvicorn's protocol for HTTP, whose answer to such bytes is a problem as all others are."""
    body = (
        problem_of_kind(MALFORMED_REQUEST, "these bytes are no HTTP request")
        .model_dump_json(exclude_none=True)
        .encode()
    )
    head = f"HTTP/1.1 400 Bad Request\r\nx-release: {release}\r\ncontent-type: {MEDIA_TYPE}\r\n"
    answer = f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body

    class HttpProtocol(HttpToolsProtocol):
        def send_400_response(self, msg: str) -> None:  # noqa: ARG002  its text is for a log
            self.transport.write(answer)
            self.transport.close()

    return HttpProtocol
