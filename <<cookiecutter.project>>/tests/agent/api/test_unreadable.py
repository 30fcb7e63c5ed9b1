"""Bytes that are not HTTP get a problem, as all other mistakes do."""

import json
import socket
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from agent.api.unreadable import MOST_HEAD_BYTES
from tests.agent.conftest import Start
from tests.agent.service import Service

pytestmark = pytest.mark.parts


def answers(service: Service, sent: bytes) -> bytes:
    """All that it sends until it closes the connection."""
    port = urlsplit(service.url()).port
    assert port is not None
    with closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_they_are_answered_with_a_problem_and_the_release(start: Start) -> None:
    service = start(AGENT_RELEASE="v1")
    for sent in (
        b"no http at all\r\n\r\n",
        b"POST /agent/run HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n",
        b"GET /health HTTP/1.1\r\nno colon\r\n\r\n",
    ):
        head, _, body = answers(service, sent).partition(b"\r\n\r\n")
        lines = head.decode().lower().split("\r\n")
        assert lines[0] == "http/1.1 400 bad request"
        assert {"x-release: v1", "content-type: application/problem+json", f"content-length: {len(body)}"} <= set(lines)
        assert json.loads(body)["type"] == "urn:problem-type:agent:malformed-request"
        assert json.loads(body)["status"] == 400
    assert service.post("What is 6 * 7?")[0] == 200


def test_headers_without_an_end_are_answered_and_not_collected(start: Start) -> None:
    service = start()
    for begin in (b"GET /health HTTP/1.1\r\nx: ", b"GET /"):
        # Not a byte more: a connection that is closed with unread bytes can lose the answer.
        head, _, body = answers(service, begin.ljust(MOST_HEAD_BYTES + 1, b"a")).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ")
        assert json.loads(body)["type"] == "urn:problem-type:agent:malformed-request"
    asked = b"GET /health HTTP/1.1\r\nconnection: close\r\nx: "
    assert answers(service, asked.ljust(MOST_HEAD_BYTES - 4, b"a") + b"\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_a_websocket_is_not_offered(start: Start) -> None:
    service = start(AGENT_RELEASE="v1")
    asked = b"GET /agent/run HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n"
    head, _, body = answers(service, asked).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 405 ")
    assert json.loads(body)["type"] == "urn:problem-type:agent:method-not-allowed"
