"""One client costs the others nothing, and neither does a release that is behind."""

import resource
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from rollout.rehearsal.process import wait_until
from tests.rollout.router.backend import Backend
from tests.rollout.router.client import Answer, Connection, ask, request
from tests.rollout.router.running import RunningRouter

pytestmark = pytest.mark.parts

HOSTILE, HONEST = "127.0.0.1", "127.0.0.2"
PER_ADDRESS = 256
QUEUE_SECONDS = 6
STALLED = request("/agent/run", ("content-length", "24"), method="POST") + b"{"
PROMPT = request("/agent/run", method="POST", body=b"{}")


@pytest.fixture
def router(tmp_path: Path, blue: Backend, green: Backend) -> Iterator[RunningRouter]:
    """As on a host: trusts nobody here. Waits longer for a body than a test takes."""
    running = RunningRouter(tmp_path, blue, green, trusted="192.0.2.0/24")
    running.environment["BODY_TIMEOUT"] = "60s"
    with running:
        yield running


@pytest.fixture
def many_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def stall(router: RunningRouter, opened: ExitStack, count: int, address: str) -> list[Connection]:
    """Connections that stop in the middle of their bodies; those that were accepted."""
    made = []
    for _ in range(count):
        with suppress(OSError):  # closed at once
            made.append(opened.enter_context(Connection(router.port, address)))
            made[-1].send(STALLED)
    return made


def held(connections: list[Connection]) -> int:
    """How many of them the router holds, once it has dealt with all."""
    wait_until(lambda: sum(map(Connection.is_open, connections)) <= PER_ADDRESS, "the others are closed", 60)
    return sum(map(Connection.is_open, connections))


@pytest.mark.usefixtures("many_files")
def test_4050_connections_of_one_client_that_stall_keep_nobody_else_waiting(router: RunningRouter) -> None:
    with ExitStack() as opened:
        stalled = stall(router, opened, 4050, HOSTILE)
        began = time.monotonic()
        assert ask(router.port, PROMPT, HONEST).release == "blue"
        assert time.monotonic() - began < 20
        assert held(stalled) == PER_ADDRESS
    wait_until(lambda: answered(router, HOSTILE), "the same client is served again", 60)


def answered(router: RunningRouter, address: str) -> bool:
    try:
        return ask(router.port, PROMPT, address).status == 200
    except OSError:
        return False


def test_a_gateway_that_is_trusted_may_hold_more(tmp_path: Path, blue: Backend, green: Backend) -> None:
    with RunningRouter(tmp_path, blue, green) as router, ExitStack() as opened:
        stalled = stall(router, opened, PER_ADDRESS + 50, HOSTILE)
        assert ask(router.port, PROMPT, HOSTILE).status == 200
        assert sum(map(Connection.is_open, stalled)) == PER_ADDRESS + 50


@pytest.mark.usefixtures("many_files")
def test_prometheus_is_answered_however_many_clients_stall(router: RunningRouter) -> None:
    metrics = int(router.environment["ROUTER_METRICS_BIND"].rpartition(":")[2])
    with ExitStack() as opened:
        for last in range(1, 18):
            stall(router, opened, 240, f"127.0.1.{last}")
        with Connection(metrics, HONEST) as connection:
            connection.send(request("/metrics?scope=global"))
            assert connection.head()[0] == 200


def test_a_body_without_an_end_is_refused_and_reaches_no_release(router: RunningRouter, blue: Backend) -> None:
    with Connection(router.port) as connection:
        connection.send(request("/agent/run", ("transfer-encoding", "chunked"), method="POST"))
        connection.send(b"1000\r\n%b\r\n" % (b"x" * 4096) * 4)
        assert connection.answer() == Answer(411, None, b"a body of this size needs a content-length")
    assert router.control.health("blue").requests == 0
    assert blue.requests == []


@pytest.mark.parametrize("headers", [0, 2000, 6000, 12_000, 14_000, 15_000])
def test_large_headers_do_not_help_it(router: RunningRouter, blue: Backend, headers: int) -> None:
    """They fill the buffer too, and leave less of it to tell from."""
    fillers = [(f"f{number}", "x" * (headers // 90 - 6)) for number in range(90 if headers else 0)]
    with Connection(router.port) as connection:
        connection.send(request("/agent/run", *fillers, ("transfer-encoding", "chunked"), method="POST"))
        with suppress(OSError):  # refused before all was sent
            for _ in range(64):
                connection.send(b"1\r\nx\r\n" * 1000)
        assert status_of(connection) in (400, 411)
    assert blue.requests == []


def status_of(connection: Connection) -> int:
    try:
        return connection.head()[0]
    except ConnectionResetError:
        return 411  # the router closed it while the client was still sending


def test_a_body_in_chunks_that_fits_is_passed_on(router: RunningRouter, blue: Backend) -> None:
    with Connection(router.port) as connection:
        connection.send(request("/agent/run", ("transfer-encoding", "chunked"), method="POST"))
        connection.send(b"1000\r\n%b\r\n" % (b"x" * 4096) * 3 + b"0\r\n\r\n")
        assert connection.answer().status == 200
    assert len(blue.requests[0].body) == 3 * 4096


def test_one_connection_is_one_request_at_a_time(router: RunningRouter) -> None:
    """HTTP/2 would carry a hundred."""
    with Connection(router.port) as connection:
        connection.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))
        assert connection.head()[0] == 400


@pytest.fixture
def narrow(tmp_path: Path, blue: Backend, green: Backend) -> Iterator[RunningRouter]:
    """Lets a release answer one request at a time, and two wait."""
    running = RunningRouter(tmp_path, blue, green)
    running.environment |= {"RELEASE_REQUESTS": "1", "QUEUE_MOST": "2", "QUEUE_TIMEOUT": f"{QUEUE_SECONDS}s"}
    with running:
        yield running


def test_a_queue_has_an_end_and_a_wait_too(narrow: RunningRouter, blue: Backend, green: Backend) -> None:
    blue.go.clear()
    answers: list[int] = []
    began = time.monotonic()
    threads = [threading.Thread(target=lambda: answers.append(ask(narrow.port, PROMPT).status)) for _ in range(3)]
    for each in threads:
        each.start()
        wait_until(lambda: waiting(narrow) >= threads.index(each), "it waits", 60)  # noqa: B023
    full = time.monotonic()
    with Connection(narrow.port) as connection:
        connection.send(PROMPT)
        status, headers = connection.head()
    assert (status, headers["retry-after"]) == (503, "10")
    assert time.monotonic() - full < QUEUE_SECONDS, "at once"
    wait_until(lambda: len(answers) == 2, "those that wait are told", 60)
    assert answers == [503, 503]
    assert time.monotonic() - began > QUEUE_SECONDS, "and not too early"
    blue.go.set()
    threads[0].join()
    assert answers == [503, 503, 200]
    assert len(blue.requests) == 1
    assert green.requests == [], "nobody is sent to the other side for want of room"


def waiting(router: RunningRouter) -> int:
    """Requests that wait for their turn at blue; -1 while nobody is served."""
    answer = router.control._ask("show stat -1 4 -1")
    rows = [line.split(",") for line in answer.splitlines() if line.startswith("agent,blue,")]
    return int(rows[0][2]) if int(rows[0][4]) else -1


@pytest.mark.parametrize(
    "path",
    [
        "/docs", "/docs/", "/docs/oauth2-redirect", "/redoc", "/openapi.json", "/OpenAPI.json", "/%64ocs",
        "/docs%2f", "/docs?a=b", "http://agent/redoc",
    ],
)  # fmt: skip
def test_the_services_description_is_closed_unless_a_setting_opens_it(
    router: RunningRouter, blue: Backend, path: str
) -> None:
    assert ask(router.port, request(path)) == Answer(404, None, b"not here")
    assert blue.requests == []


def test_a_setting_opens_it(tmp_path: Path, blue: Backend, green: Backend) -> None:
    running = RunningRouter(tmp_path, blue, green)
    running.environment["API_DOCS"] = "open"
    with running:
        assert ask(running.port, request("/docs")).release == "blue"
        assert ask(running.port, request("/openapi.json")).release == "blue"
        assert ask(running.port, request("/metrics")).status == 404


@pytest.mark.parametrize("path", ["/docsearch", "/agent/docs", "/openapi.jsonx"])
def test_other_paths_stay_open(router: RunningRouter, path: str) -> None:
    assert ask(router.port, request(path)).release == "blue"
