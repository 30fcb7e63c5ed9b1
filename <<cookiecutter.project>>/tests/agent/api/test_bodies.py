"""A body costs the service little, whatever a client sends; these limits hold without the router's."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient
from starlette.types import Message

from agent.api.bodies import MOST_BYTES, LimitBodies
from agent.api.problems import handle_problems
from agent.metrics import Metrics
from tests.agent.conftest import Serve

FEW_KB = 4096


def keys(count: int) -> bytes:
    return json.dumps(dict.fromkeys((f"k{number}" for number in range(count)), 1)).encode()


@pytest.mark.parametrize(
    "body",
    [
        keys(15),
        keys(20_000),
        b'{"%b": 1}' % (b"k" * 200_000),
        b'{"task": {"%b": 1}}' % (b"k" * 200_000),
        b"[" * 200_000,
        b"9" * 200_000,
        b'{"task": "x",' + keys(19)[1:],
        keys(1_000_000),
        json.dumps({f"{number}{'k' * 10_000}": 1 for number in range(20)}).encode(),
    ],
    ids=[
        "15 keys",
        "20,000 keys",
        "a long key",
        "one below",
        "nested",
        "a number",
        "a task too",
        "a million keys",
        "20 long keys",
    ],
)
def test_an_error_is_answered_with_a_few_kilobytes(client: TestClient, body: bytes) -> None:
    response = client.post("/agent/run", content=body, headers={"content-type": "application/json"})
    assert 400 <= response.status_code < 500
    assert len(response.content) < FEW_KB
    assert response.headers["content-type"] == "application/problem+json"


def test_a_body_of_unknown_fields_alone_is_one_mistake(client: TestClient) -> None:
    response = client.post("/agent/run", content=keys(20_000), headers={"content-type": "application/json"})
    assert [mistake["message"] for mistake in response.json()["errors"]] == ["Value error, more than 20 fields"]


def test_the_longest_task_fits_however_it_is_written(serve: Serve) -> None:
    client = serve(context_window_tokens=100_000)
    body = json.dumps({"task": "\N{SLICE OF PIZZA}" * 20_000}).encode()
    assert len(body) > 0.9 * MOST_BYTES
    response = client.post("/agent/run", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 200


def test_a_larger_body_is_refused_in_chunks_too(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        yield from [b"x" * 65_536] * 5

    assert client.post("/agent/run", content=b"x" * (MOST_BYTES + 1)).status_code == 413
    assert client.post("/agent/run", content=chunks()).status_code == 413


def test_a_body_that_takes_too_long_is_408() -> None:
    """Whatever else comes meanwhile."""
    app = FastAPI()

    @app.post("/")
    async def read(request: Request) -> int:
        return len(await request.body())

    app.add_middleware(LimitBodies, within_seconds=0.05)
    handle_problems(app, Metrics([]))
    assert asyncio.run(answer_to_a_trickle(app)) == 408


async def answer_to_a_trickle(app: FastAPI) -> int:
    """The status for a client that sends byte after byte and never ends."""
    statuses: list[int] = []

    async def receive() -> Message:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b"", "http_version": "1.1"}
    await asyncio.wait_for(app(scope, receive, send), 10)
    return statuses[0]
