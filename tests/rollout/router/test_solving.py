"""The engine lets one slot's release solve a task, through the router, whoever gets the users."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rollout.errors import RouterError
from rollout.router.split import Slot
from rollout.router.task import Solved, Unsolved, ask_to_solve
from tests.rollout.router.backend import Backend
from tests.rollout.router.running import RunningRouter

GOOD = {"answer": "42", "usage": {"input_tokens": 400, "output_tokens": 20, "tool_calls": 2}}
REQUESTS = "HTTP/1.1 {status} X\r\nx-slot: {slot}\r\ncontent-length: {size}\r\n\r\n{body}"


class Played:
    """A router that answers every request with this text, and keeps the last one. None: it never answers."""

    def __init__(self, path: Path, answer: str | None) -> None:
        self.path, self.request = path, ""
        self._answer, self._listener = answer, socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        self._open.append(connection)
        while "task" not in self.request:
            self.request += connection.recv(65536).decode()
        if self._answer is not None:
            connection.sendall(self._answer.encode())
            connection.close()

    def close(self) -> None:
        for each in (*self._open, self._listener):
            each.close()


def http(body: object, status: int = 200, slot: str = "green") -> str:
    text = body if isinstance(body, str) else json.dumps(body)
    return REQUESTS.format(status=status, slot=slot, size=len(text), body=text)


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:  # a short path, for a socket
        yield Path(name)


def solve(folder: Path, answer: str | None, token: str | None = None) -> tuple[Solved | Unsolved, str]:
    with closing(Played(folder / "probe.sock", answer)) as played:
        found = ask_to_solve(played.path, "green", "What is 40 + 2?", 0.5, token)
    return found, played.request


def test_the_answer_comes_with_what_its_run_used(folder: Path) -> None:
    found, request = solve(folder, http(GOOD))
    assert found == Solved("42", tokens=420, tool_calls=2)
    assert request.startswith("POST /agent/run HTTP/1.1\r\n")
    assert "\r\nx-slot: green\r\n" in request
    assert "authorization" not in request
    assert request.endswith('{"task": "What is 40 + 2?"}')


def test_an_answer_that_says_that_it_is_whole_is_one(folder: Path) -> None:
    assert solve(folder, http({**GOOD, "finish_reason": "stop"}))[0] == Solved("42", tokens=420, tool_calls=2)


def test_a_token_is_sent_as_a_bearer_token(folder: Path) -> None:
    assert "\r\nauthorization: Bearer abc\r\n" in solve(folder, http(GOOD), token="abc")[1]  # noqa: S106


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (http(GOOD, status=502), "HTTP 502"),
        (http(GOOD, status=401), "HTTP 401: give the engine a token, with "),
        (http(GOOD, slot="blue"), "the release did not answer: blue did, because it is down, or because the host's "),
        (http("no JSON"), "the answer is not that of POST /agent/run"),
        (http([]), "the answer is not that of POST /agent/run"),
        (http({"usage": {}}), "the answer is not that of POST /agent/run"),
        (http({"answer": "42", "usage": [1]}), "the answer is not that of POST /agent/run"),
        (http({"answer": 42}), "the answer has no text"),
        (http({**GOOD, "finish_reason": "length"}), "the answer is cut: "),
        ("", "no answer: "),
        (None, "no answer within 0 s"),
    ],
)
def test_anything_else_is_no_answer(folder: Path, answer: str | None, why: str) -> None:
    found, _ = solve(folder, answer)
    assert isinstance(found, Unsolved)
    assert found.why.startswith(why)


def test_usage_that_is_not_told_is_unknown(folder: Path) -> None:
    assert solve(folder, http({"answer": "42", "usage": {"input_tokens": 4}}))[0] == Solved("42", None, None)


def test_a_router_that_is_gone_is_no_answer_of_the_release_but_an_error(folder: Path) -> None:
    with pytest.raises(RouterError, match=r"probe\.sock does not answer"):
        ask_to_solve(folder / "probe.sock", "green", "x", 1, None)


@pytest.mark.parts
@pytest.mark.parametrize("slot", ["blue", "green"])
def test_the_router_sends_it_to_that_slot_and_counts_it_for_no_gate(
    router: RunningRouter, blue: Backend, green: Backend, slot: Slot
) -> None:
    before = router.control.health(slot).requests
    assert isinstance(router.control.solve(slot, "What is 40 + 2?", 5), Unsolved)  # the fake release is no agent
    asked, other = (green, blue) if slot == "green" else (blue, green)
    (seen,) = [request for request in asked.requests if request.method == "POST"]
    assert (seen.path, json.loads(seen.body)) == ("/agent/run", {"task": "What is 40 + 2?"})
    assert "x-slot" not in dict(seen.headers)
    assert [request for request in other.requests if request.method == "POST"] == []
    assert router.control.health(slot).requests == before
    assert router.control.answering() == "blue"


@pytest.mark.parts
def test_what_another_slot_answers_is_not_the_releases_answer(router: RunningRouter, green: Backend) -> None:
    green.kill()
    found = router.control.solve("green", "What is 40 + 2?", 5)
    assert isinstance(found, Unsolved)
    assert found.why.startswith("the release did not answer: blue did")


@pytest.mark.parts
def test_without_any_release_there_is_no_answer(router: RunningRouter, blue: Backend, green: Backend) -> None:
    blue.kill()
    green.kill()
    assert router.control.solve("green", "What is 40 + 2?", 5) == Unsolved("the release did not answer")
