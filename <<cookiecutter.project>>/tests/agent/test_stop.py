"""A stop loses no request."""

import http.client
import json
import signal
import socket
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from agent.serving import GRACE_SECONDS
from tests.agent.conftest import Start
from tests.agent.service import WAIT_SECONDS, Service, post
from tests.agent.sse import events
from tests.asking import get
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

STOPPED = 128 + signal.SIGTERM
LATE_SECONDS = 60
"""Before a request's usual deadline, and before a kept connection is closed."""


def connect(service: Service) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(service.url()).netloc, timeout=WAIT_SECONDS)


def run_until_stopped(service: Service, status: int) -> None:
    """Ask, tell the service to stop while it answers, and see both end well. A very busy machine may answer before."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(service.post, "What is 6 * 7?")
        wait_until(lambda: "agent_requests_in_flight 1.0" in service.get("/metrics") or answer.done())
        service.process.send_signal(signal.SIGTERM)
        assert answer.result()[0] == status
    assert service.exit_code() == STOPPED


def test_a_request_without_end_that_runs_when_sigterm_comes_is_answered_at_its_deadline(start: Start) -> None:
    run_until_stopped(start(AGENT_MODEL="offline:hang=1", AGENT_DEADLINE_SECONDS="1"), 504)


def test_a_request_that_runs_when_sigterm_comes_is_answered_and_a_kept_connection_delays_nothing(start: Start) -> None:
    service = start(AGENT_MODEL="offline:latency=1s")
    connection = connect(service)
    connection.request("GET", "/health")
    assert connection.getresponse().read()
    before = time.monotonic()
    run_until_stopped(service, 200)
    assert time.monotonic() - before < LATE_SECONDS
    assert isinstance(connection.sock, socket.socket)
    assert connection.sock.recv(1) == b"", "the service has closed it"
    connection.close()


def test_a_stream_that_runs_when_sigterm_comes_is_sent_to_its_end(start: Start) -> None:
    service = start(AGENT_MODEL="offline:latency=1s")
    connection = connect(service)
    connection.request("POST", "/agent/stream", '{"task": "What is 6 * 7?"}', {"content-type": "application/json"})
    wait_until(lambda: "agent_requests_in_flight 1.0" in service.get("/metrics"))
    service.process.send_signal(signal.SIGTERM)
    assert [event.event for event in events(str(connection.getresponse().read(), "utf-8"))][-1] == "done"
    assert service.exit_code() == STOPPED


def is_ready(url: str) -> bool:
    try:
        return '"ok"' in get(f"{url}/health")
    except urllib.error.HTTPError as error:
        error.close()
        return False


def test_before_it_closes_it_is_not_ready_and_serves_all_the_same(start: Start) -> None:
    service = start(AGENT_UNREADY_SECONDS="60", AGENT_DEADLINE_SECONDS="60")
    url = service.url()
    service.process.send_signal(signal.SIGTERM)
    with pytest.raises(urllib.error.HTTPError) as caught:
        wait_until(lambda: '"ok"' not in get(f"{url}/health"))
    assert json.load(caught.value)["type"] == "urn:problem-type:agent:stopping"
    caught.value.close()
    assert post(url, "What is 6 * 7?")[0] == 200
    service.process.send_signal(signal.SIGTERM)  # now it closes at once
    assert service.exit_code() == STOPPED


def test_a_second_signal_closes_it_at_once(start: Start) -> None:
    service = start(AGENT_UNREADY_SECONDS="60", AGENT_DEADLINE_SECONDS="60")
    url = service.url()
    service.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not is_ready(url))
    service.process.send_signal(signal.SIGTERM)
    assert service.exit_code() == STOPPED


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
    assert 1 + GRACE_SECONDS <= time.monotonic() - before < LATE_SECONDS
    connection.close()
