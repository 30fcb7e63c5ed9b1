"""A release gets complete requests: no client can keep it waiting for a body."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rollout.router.backend import Backend
from tests.rollout.router.client import Answer, Connection, ask, request
from tests.rollout.router.running import RunningRouter, users_in

pytestmark = pytest.mark.parts

WAITS_SECONDS = 1.0
BODY = b'{"task": "What is 2+2?"}'
CHUNKED = b"".join(b"1\r\n%c\r\n" % each for each in BODY) + b"0\r\n\r\n"
FITS, DOES_NOT_FIT = 15_000, 200_000
"""Sizes that fit into the router's buffer of 16 kB, and that do not."""


@pytest.fixture
def router(tmp_path: Path, blue: Backend, green: Backend) -> Iterator[RunningRouter]:
    """A router that waits for a body for less than a second."""
    running = RunningRouter(tmp_path, blue, green)
    running.environment["BODY_TIMEOUT"] = f"{WAITS_SECONDS * 1000:.0f}ms"
    with running:
        yield running


def begin(connection: Connection, *headers: tuple[str, str]) -> None:
    connection.send(request("/agent/run", *headers, method="POST"))


@pytest.mark.parametrize(
    ("header", "sent"),
    [(("content-length", str(len(BODY))), BODY), (("transfer-encoding", "chunked"), CHUNKED)],
    ids=["of a known length", "in chunks"],
)
def test_a_slow_body_reaches_the_release_all_at_once(
    router: RunningRouter, blue: Backend, header: tuple[str, str], sent: bytes
) -> None:
    with Connection(router.port) as connection:
        begin(connection, header)
        for byte in sent[:-1]:
            connection.send(bytes([byte]))
            time.sleep(WAITS_SECONDS / 4 / len(sent))  # slowly, but in time
        assert router.control.health("blue").requests == 0
        connection.send(sent[-1:])
        assert connection.answer().release == "blue"
    assert [seen.body for seen in blue.requests] == [BODY]


def test_a_body_that_never_arrives_is_refused_by_the_router_and_counts_for_no_release(
    router: RunningRouter, blue: Backend
) -> None:
    with Connection(router.port) as connection:
        began = time.monotonic()
        begin(connection, ("content-length", "24"))
        connection.send(b"{")
        assert connection.head()[0] == 408
        assert WAITS_SECONDS <= time.monotonic() - began < 20
    with Connection(router.port) as leaves:
        begin(leaves, ("content-length", "24"))
    assert router.control.health("blue").requests == 0
    assert blue.requests == []


@pytest.mark.parametrize("size", [0, 1, FITS, DOES_NOT_FIT, 1_048_576])
def test_a_body_arrives_complete_whatever_its_size(router: RunningRouter, blue: Backend, size: int) -> None:
    body = bytes(97 + number % 26 for number in range(size))
    headers = [("content-length", "0")] if not size else []
    assert ask(router.port, request("/agent/run", *headers, method="POST", body=body)).status == 200
    assert blue.requests[-1].body == body


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(router: RunningRouter, blue: Backend) -> None:
    with Connection(router.port) as connection:
        begin(connection, ("content-length", "1048577"))
        assert connection.answer() == Answer(413, None, b"the body is too large")
    assert blue.requests == []


def test_the_part_of_a_body_beyond_the_buffer_is_forwarded_as_it_arrives(router: RunningRouter, blue: Backend) -> None:
    """HAProxy does not wait for it, so the release's own clock must."""
    with Connection(router.port) as connection:
        begin(connection, ("content-length", str(DOES_NOT_FIT)))
        for _ in range(10):  # longer than the router would wait
            connection.send(b"x" * (DOES_NOT_FIT // 10))
            time.sleep(WAITS_SECONDS / 8)
        assert connection.answer().status == 200
    assert len(blue.requests[0].body) == DOES_NOT_FIT


def test_a_client_that_expects_100_continue_gets_it(router: RunningRouter, blue: Backend) -> None:
    with Connection(router.port) as connection:
        begin(connection, ("content-length", str(len(BODY))), ("expect", "100-continue"))
        assert connection.head()[0] == 100
        connection.send(BODY)
        assert connection.answer().status == 200
    assert blue.requests[0].body == BODY


def test_a_slow_request_uses_the_split_at_the_time_it_is_forwarded(router: RunningRouter) -> None:
    router.shift(0.25)
    with Connection(router.port) as connection:
        begin(connection, ("x-user-id", next(users_in(0, 0.25))), ("content-length", "2"))
        connection.send(b"{")
        time.sleep(0.1)  # time in which the router must not choose yet; nothing tells that it has not
        router.shift(0)
        connection.send(b"}")
        assert connection.answer().release == "blue"


def test_normal_clients_lose_nothing_while_others_send_slowly(router: RunningRouter, blue: Backend) -> None:
    answers: list[Answer] = []

    def trickle() -> None:
        with Connection(router.port) as connection:
            begin(connection, ("content-length", str(len(BODY))))
            for byte in BODY:
                connection.send(bytes([byte]))
                time.sleep(0.02)  # slowly, but in time
            answers.append(connection.answer())

    slow = [threading.Thread(target=trickle) for _ in range(8)]
    for each in slow:
        each.start()
    honest = [ask(router.port, request("/agent/run", method="POST", body=BODY)) for _ in range(200)]
    for each in slow:
        each.join()
    assert {(answer.status, answer.release) for answer in [*honest, *answers]} == {(200, "blue")}
    assert len(answers) == 8
    assert {seen.body for seen in blue.requests} == {BODY}
