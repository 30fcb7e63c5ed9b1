"""A client that closes its connection before its answer: whether its run ends is a setting."""

import asyncio
import http.client
import json
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from agent.api.relay import MOST_WAITING, Remaining, events_of
from agent.metrics import LATE_SECONDS, LEFT_STATUS, Metrics
from agent.run import BackgroundRuns, Event, RunRequest, RunResult, Token
from tests.agent.conftest import Start
from tests.agent.service import Service
from tests.waiting import wait_until

TASK = {"task": "What is 15 % of 240?"}
PATHS = ("/agent/run", "/agent/stream")
ENDS = {"AGENT_CANCEL_ON_DISCONNECT": "true"}


def leave_stream(service: Service) -> None:
    """Leave a stream of a key after its first event; many tool calls follow."""
    connection = http.client.HTTPConnection(urlsplit(service.url()).netloc)
    headers = {"content-type": "application/json", "idempotency-key": "k"}
    connection.request("POST", "/agent/stream", json.dumps({"task": "word " * 3_900}), headers)
    assert connection.getresponse().readline() == b"event: tool_call\n"
    connection.close()


def leave(service: Service, path: str) -> None:
    """Ask, and close the socket once the run has begun; on a very busy machine it may be over by then."""
    connection = http.client.HTTPConnection(urlsplit(service.url()).netloc)
    connection.request("POST", path, json.dumps(TASK), {"content-type": "application/json"})
    wait_until(
        lambda: "agent_requests_in_flight 1.0" in service.get("/metrics") or counted(service, "agent_runs_total")
    )
    connection.close()


def counted(service: Service, name: str) -> dict[str, float]:
    """The samples of a metric above 0, by the value of its label."""
    lines = [line.split() for line in service.get("/metrics").splitlines() if line.startswith(f"{name}{{")]
    return {labels.split('"')[1]: float(value) for labels, value in lines if float(value)}


@pytest.mark.parametrize("path", PATHS)
def test_it_ends_its_run_where_the_setting_says_so(start: Start, path: str) -> None:
    service = start(AGENT_MODEL="offline:hang=1", **ENDS)
    leave(service, path)
    wait_until(lambda: counted(service, "agent_runs_total") == {"cancelled": 1})
    wait_until(lambda: "agent_requests_in_flight 0.0" in service.get("/metrics"))
    assert counted(service, "agent_exceptions_total") == {}
    assert set(counted(service, "agent_requests_total")) == {"499"}
    assert "agent_abandoned_request_seconds_count 1.0" in service.get("/metrics")
    assert "agent_request_seconds_count 0.0" in service.get("/metrics"), "a fast answer would hide slow ones"
    assert "Traceback" not in service.output()


@pytest.mark.parametrize("path", PATHS)
def test_its_run_goes_on_by_default(start: Start, path: str) -> None:
    service = start(AGENT_MODEL="offline:latency=1s")
    leave(service, path)
    wait_until(lambda: counted(service, "agent_runs_total") == {"answered": 1})
    assert counted(service, "agent_tool_calls_total") == {"calculate": 1}


@pytest.mark.parametrize("path", PATHS)
def test_a_run_without_its_client_that_fails_is_an_exception_of_the_release(start: Start, path: str) -> None:
    service = start(AGENT_MODEL="offline:latency=1s,exception=LookupError@1")
    leave(service, path)
    wait_until(lambda: counted(service, "agent_runs_total") == {"error": 1})
    wait_until(lambda: counted(service, "agent_exceptions_total") == {"LookupError": 1})


@pytest.mark.parametrize("path", PATHS)
def test_a_stop_waits_for_a_run_without_its_client(start: Start, path: str) -> None:
    service = start(AGENT_MODEL="offline:latency=1s,exception=LookupError@1")
    leave(service, path)
    service.process.send_signal(signal.SIGTERM)
    assert service.exit_code() == 128 + signal.SIGTERM
    assert "LookupError" in service.output(), "it went on to its end"


def test_a_stop_waits_for_a_stream_that_its_client_has_left(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "conversations.db"
    service = start(AGENT_MODEL="offline:tool_calls=49,window=9000000", AGENT_CONVERSATIONS=str(file))
    leave_stream(service)
    service.process.send_signal(signal.SIGTERM)
    assert service.exit_code() == 128 + signal.SIGTERM
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT state FROM answers").fetchall() == [("answered",)]


class FailsLater:
    """Sends more than a client's queue holds, waits, and fails."""

    def __init__(self) -> None:
        self.has_sent_all = asyncio.Event()
        self.may_fail = asyncio.Event()

    async def stream(self, _request: RunRequest, emit: Callable[[Event], Awaitable[None]]) -> RunResult:
        for _ in range(2 * MOST_WAITING):
            await emit(Token("word"))
        self.has_sent_all.set()
        await self.may_fail.wait()
        raise LookupError


def test_a_stream_that_fails_without_its_client_is_an_exception_too() -> None:
    async def scenario() -> float | None:
        runs, background, metrics = FailsLater(), BackgroundRuns(), Metrics([])
        events = events_of(runs, RunRequest(task="x"), Remaining(background, metrics))
        await anext(events)
        for _ in range(3):  # until the run waits for its client
            await asyncio.sleep(0)
        await events.aclose()
        await asyncio.wait_for(runs.has_sent_all.wait(), 10)  # nobody reads, and it goes on
        runs.may_fail.set()
        await asyncio.wait_for(background.ended(), 10)
        return metrics.registry.get_sample_value("agent_exceptions_total", {"type": "LookupError"})

    assert asyncio.run(scenario()) == 1


def test_a_client_that_left_late_shows_that_the_release_is_slow() -> None:
    metrics = Metrics([])
    for seconds in (1, LATE_SECONDS, LATE_SECONDS + 1):
        metrics.count_request(LEFT_STATUS, seconds)
    value = metrics.registry.get_sample_value
    assert (value("agent_request_seconds_count"), value("agent_request_seconds_sum")) == (1, LATE_SECONDS + 1)
    assert value("agent_abandoned_request_seconds_count") == 3
