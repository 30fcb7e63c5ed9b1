"""Slow, invalid or incomplete requests do not count against the release."""

import json
import socket
import time
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from tests.agent.conftest import Serve, Start
from tests.agent.samples import samples
from tests.agent.service import Service
from tests.waiting import wait_until

BODY = b'{"task":"What is 2+2?"}'
HEAD = b"POST /agent/run HTTP/1.1\r\nhost: agent\r\ncontent-type: application/json\r\n"
SUMS = " ".join(["What is 1 + 2?"] * 60)
"""More tool calls than a run may make."""

TRICKLED_SECONDS = 1.5


def counted(service: Service) -> dict[str, float]:
    """Requests and exceptions in its /metrics: sums over all labels."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(service.get("/metrics")):
        for sample in family.samples:
            if sample.name.startswith(("agent_requests_total", "agent_request_seconds_", "agent_exceptions")):
                found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return found


def connect(service: Service) -> socket.socket:
    url = urlsplit(service.url())
    return socket.create_connection((url.hostname or "", url.port or 0), timeout=10)


def in_flight(service: Service) -> bool:
    return "agent_requests_in_flight 1.0" in service.get("/metrics")


@pytest.mark.parts
def test_a_requests_time_starts_when_its_body_is_complete(start: Start) -> None:
    service = start()
    with connect(service) as whole, connect(service) as chunked:
        whole.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(BODY))
        chunked.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        for byte in BODY:
            time.sleep(TRICKLED_SECONDS / len(BODY))  # slowly, which is what this is about
            complete = time.monotonic()
            whole.sendall(bytes([byte]))
            chunked.sendall(b"1\r\n%c\r\n" % byte)
        chunked.sendall(b"0\r\n\r\n")
        for client in (whole, chunked):
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
    wait_until(lambda: counted(service)["agent_request_seconds_count"] == 2)
    assert counted(service)["agent_request_seconds_sum"] < 2 * (time.monotonic() - complete)


@pytest.mark.parts
def test_a_client_that_leaves_is_no_exception_and_before_its_body_is_complete_no_latency(start: Start) -> None:
    service = start(AGENT_MODEL="offline:latency=300ms")
    with connect(service) as client:
        client.sendall(HEAD + b"content-length: 24\r\n\r\n{")
        wait_until(lambda: in_flight(service))
    wait_until(lambda: counted(service)["agent_requests_total"] == 1)
    assert counted(service)["agent_request_seconds_count"] == 0

    with connect(service) as client:
        client.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(BODY) + BODY)
        wait_until(lambda: in_flight(service) or counted(service)["agent_request_seconds_count"] == 1)
    wait_until(lambda: counted(service)["agent_request_seconds_count"] == 1)
    found = counted(service)
    assert found["agent_request_seconds_sum"] >= 0.3, "what the release takes counts, whoever is there to see it"
    assert "agent_exceptions_total" not in found


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[1]", json.dumps({"task": "x" * 20_001}).encode(), b'{"task":"x","y":1}']
)
def test_a_refused_request_causes_no_exception_and_no_latency(client: TestClient, body: bytes) -> None:
    response = client.post("/agent/run", content=body, headers={"content-type": "application/json"})
    assert 400 <= response.status_code < 500
    found = samples(client)
    assert found["agent_requests_total", str(response.status_code)] == 1
    assert found["agent_request_seconds_count", ""] == 0
    assert not [name for name, _ in found if name == "agent_exceptions_total"]


def test_a_task_that_exceeds_a_limit_is_not_an_exception_of_the_release(client: TestClient) -> None:
    assert client.post("/agent/run", json={"task": SUMS}).status_code == 422
    assert not [name for name, _ in samples(client) if name == "agent_exceptions_total"]


def test_an_exception_of_the_release_is_counted_however_many_requests_are_refused(serve: Serve) -> None:
    client = serve(model="offline:exception=LookupError@1")
    for task in ("", "What is 2+2?", ""):
        client.post("/agent/run", json={"task": task})
    found = samples(client)
    assert found["agent_exceptions_total", "LookupError"] == 1
    assert found["agent_request_seconds_count", ""] == 1
