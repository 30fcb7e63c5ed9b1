"""Servers that give no usable answer. Each is an error at once, without retries or waiting."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from rollout.errors import MetricsError, QueryRejected, Unreachable
from rollout.gates.judge import Outcome
from rollout.gates.measure import measure_all
from rollout.metrics.prometheus import Prometheus
from rollout.policy.placeholders import Values
from rollout.policy.plan import Gate, plan
from rollout.rehearsal.process import free_port
from rollout.rehearsal.programs import Program
from tests.policy.live import policy, start_prometheus

pytestmark = pytest.mark.parts

TIMEOUT_SECONDS = 0.5
BEARABLE_SECONDS = 3 * TIMEOUT_SECONDS  # long enough for a busy machine, too short for a retry
LOGIN = "robot:hunter2"
VALUES = Values("new", "old", window_seconds=3, ago_seconds=0, elapsed_seconds=60)

ANSWERS = {
    "a proxy's error page": (502, "<html>Bad Gateway</html>", "answers HTTP 502: <html>Bad Gateway</html>"),
    "another error page": (500, "", "answers HTTP 500: "),
    "a page that is not there": (404, "404 page not found", "answers HTTP 404: 404 page not found"),
    "a refusal that is not Prometheus'": (400, "400 Bad Request", "answers HTTP 400: 400 Bad Request"),
    "a query that takes too long": (
        503,
        '{"status":"error","errorType":"timeout","error":"query timed out"}',
        "answers HTTP 503: query timed out",
    ),
    "a page that is no JSON": (200, "<html>Hello</html>", "is not from Prometheus"),
    "JSON of something else": (200, '{"hello": "world"}', "is not from Prometheus"),
    "JSON that is a list": (200, "[1, 2]", "is not from Prometheus"),
    "results that are no series": (200, '{"data": {"result": [{"metric": {}}]}}', "is not from Prometheus"),
    "a result that is no list": (200, '{"data": {"result": {"a": 1}}}', "is not from Prometheus"),
}


class Page(HTTPServer):
    """Gives every request the same answer, and counts the requests."""

    def __init__(self, status: int, body: str) -> None:
        self.status, self.body, self.asked = status, body, 0
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def url(self) -> str:
        return f"http://{LOGIN}@127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Page

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Prints nothing."""


@contextmanager
def page(status: int, body: str) -> Iterator[Page]:
    with Page(status, body) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def gates() -> tuple[Gate, ...]:
    return plan(policy(), speed=40).gates


@pytest.mark.parametrize(("status", "body", "said"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_unusable_answer_is_requested_once_and_reported_without_the_password(
    status: int, body: str, said: str
) -> None:
    with page(status, body) as server, pytest.raises(Unreachable) as error:
        Prometheus(server.url, TIMEOUT_SECONDS).value("up")
    assert said in str(error.value)
    assert server.asked == 1
    assert "hunter2" not in str(error.value)
    assert f"http://127.0.0.1:{server.server_port} " in str(error.value)


def test_a_rejected_query_is_reported_in_prometheus_own_words() -> None:
    body = '{"status":"error","errorType":"bad_data","error":"invalid parameter \\"query\\": 1:4: parse error"}'
    with page(400, body) as server, pytest.raises(QueryRejected) as error:
        Prometheus(server.url, TIMEOUT_SECONDS).value("sum(")
    assert str(error.value) == 'invalid parameter "query": 1:4: parse error'


def test_a_server_that_accepts_and_never_answers_is_an_error_within_one_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://{LOGIN}@127.0.0.1:{silent.getsockname()[1]}/"
        began = time.monotonic()
        measured = measure_all(gates(), VALUES, Prometheus(url, TIMEOUT_SECONDS))
        took_seconds = time.monotonic() - began
    assert {each.outcome for each in measured} == {Outcome.ERROR}
    assert took_seconds < BEARABLE_SECONDS, "the first timeout must be the last: all gates share the lease"
    assert "does not answer (ReadTimeout)" in measured[0].detail
    assert not any("hunter2" in each.detail for each in measured)


def test_a_stopped_prometheus_is_an_error_of_every_gate(prometheus: Program, tmp_path: Path) -> None:
    config_file = tmp_path / "prometheus.yml"
    config_file.write_text("{}")
    process, server = start_prometheus(prometheus, tmp_path, config_file)
    try:
        assert server.value("vector(1)") == 1
    finally:
        process.stop()
    began = time.monotonic()
    measured = measure_all(gates(), VALUES, server)
    assert time.monotonic() - began < BEARABLE_SECONDS
    assert {each.outcome for each in measured} == {Outcome.ERROR}
    assert len(measured) == len(gates())


@pytest.mark.parametrize(
    "url",
    [f"http://{LOGIN}@127.0.0.1:{{port}}", f"{LOGIN}@127.0.0.1:{{port}}"],
    ids=["with a scheme", "without one"],
)
def test_an_unreachable_address_is_reported_without_the_password(url: str) -> None:
    with pytest.raises(MetricsError) as error:
        Prometheus(url.format(port=free_port()), TIMEOUT_SECONDS).value("up")
    assert "hunter2" not in str(error.value)
