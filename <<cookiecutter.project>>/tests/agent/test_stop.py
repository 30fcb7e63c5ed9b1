"""A stop loses no request."""

import http.client
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from agent.serving import GRACE_SECONDS
from tests.agent.conftest import Start
from tests.agent.service import WAIT_SECONDS, Service
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

STOPPED = 128 + signal.SIGTERM


def connect(service: Service) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(service.url()).netloc, timeout=WAIT_SECONDS)


@pytest.mark.parametrize(
    ("env", "status"),
    [
        pytest.param({"AGENT_MODEL": "offline:latency=1s"}, 200, id="slow"),
        pytest.param({"AGENT_MODEL": "offline:hang=1", "AGENT_DEADLINE_SECONDS": "1"}, 504, id="without end"),
    ],
)
def test_a_request_in_progress_at_sigterm_is_still_answered(start: Start, env: dict[str, str], status: int) -> None:
    service = start(**env)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(service.post, "What is 6 * 7?")
        wait_until(lambda: "agent_requests_in_flight 1.0" in service.get("/metrics"))
        service.process.send_signal(signal.SIGTERM)
        assert answer.result()[0] == status
    assert service.exit_code() == STOPPED


def test_an_idle_connection_does_not_delay_the_stop(start: Start) -> None:
    service = start()
    connection = connect(service)
    connection.request("GET", "/health")
    assert connection.getresponse().read()
    before = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    assert service.exit_code() == STOPPED
    assert time.monotonic() - before < GRACE_SECONDS
    assert isinstance(connection.sock, socket.socket)
    assert connection.sock.recv(1) == b"", "the service has closed it"
    connection.close()


def test_a_client_that_never_sends_its_request_delays_the_stop_by_the_deadline_and_the_grace(start: Start) -> None:
    service = start(AGENT_DEADLINE_SECONDS="0.5")
    connection = connect(service)
    connection.putrequest("POST", "/agent/run")
    connection.putheader("content-type", "application/json")
    connection.putheader("content-length", "100")
    connection.endheaders()
    wait_until(lambda: "agent_requests_in_flight 1.0" in service.get("/metrics"))
    before = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    assert service.exit_code() == STOPPED
    assert 1 + GRACE_SECONDS <= time.monotonic() - before < 1 + GRACE_SECONDS + 5
    connection.close()
