"""`Idempotency-Key`: a request that is sent again gets the first answer, and no tool runs twice."""

import http.client
import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from tests.agent.conftest import Serve, Start
from tests.agent.samples import samples
from tests.agent.sse import events
from tests.agent.storages import Storage
from tests.waiting import wait_until

TASK = {"task": "What is 15 % of 240?"}
KEY = {"Idempotency-Key": "k-1"}
PATHS = ("/agent/run", "/agent/stream")


def ran(client: TestClient) -> tuple[float, float]:
    """How many runs there were, and how many calls of their tool."""
    found = samples(client)
    runs = sum(value for (name, _), value in found.items() if name == "agent_runs_total")
    return runs, found["agent_tool_calls_total", "calculate"]


def problem(client: TestClient, path: str = "/agent/run", body: object = TASK) -> tuple[int, str]:
    response = client.post(path, json=body, headers=KEY)
    return response.status_code, str(response.json()["type"]).rpartition(":")[2]


def test_a_retry_gets_the_first_answer_and_runs_nothing(client: TestClient) -> None:
    first, second = (client.post("/agent/run", json=TASK, headers=KEY) for _ in range(2))
    assert second.json() == first.json()
    assert ("idempotency-replayed" in first.headers, second.headers["idempotency-replayed"]) == (False, "true")
    assert ran(client) == (1, 1)
    assert samples(client)["agent_replays_total", ""] == 1


def test_without_a_key_and_with_another_one_it_runs_again(client: TestClient) -> None:
    for headers in (KEY, {"Idempotency-Key": "k-2"}, {}, {}):
        client.post("/agent/run", json=TASK, headers=headers)
    assert ran(client) == (4, 4)


@pytest.mark.parametrize("first", PATHS)
def test_a_stream_gets_the_first_answer_as_its_only_token(client: TestClient, first: str) -> None:
    client.post(first, json=TASK, headers=KEY)
    answer = client.post("/agent/run", json=TASK, headers=KEY).json()
    replayed = events(client.post("/agent/stream", json=TASK, headers=KEY).text)
    assert [event.event for event in replayed] == ["token", "usage", "done"]
    assert (replayed[0].data, replayed[-1].data) == ({"text": answer["answer"]}, answer)
    assert ran(client) == (1, 1)


@pytest.mark.parametrize("path", PATHS)
def test_the_same_key_with_another_body_is_422(client: TestClient, path: str) -> None:
    client.post("/agent/run", json=TASK, headers=KEY)
    for change in ({"task": "other"}, {"conversation_id": "c"}, {"deadline_seconds": 5}):
        assert problem(client, path, {**TASK, **change}) == (422, "key-reused")
    assert ran(client) == (1, 1)


@pytest.mark.parametrize("key", ["", "two words", "k" * 256, "ü"])
def test_a_key_that_is_none_is_422(client: TestClient, key: str) -> None:
    response = client.post("/agent/run", json=TASK, headers={b"idempotency-key": key.encode("latin-1")})
    assert (response.status_code, response.json()["errors"][0]["where"]) == (422, "header.Idempotency-Key")


def test_while_the_first_runs_the_second_is_409_and_says_when_to_ask(serve: Serve) -> None:
    client = serve(model="offline:latency=2s")
    first = threading.Thread(target=client.post, args=("/agent/run",), kwargs={"json": TASK, "headers": KEY})
    first.start()
    wait_until(lambda: samples(client)["agent_requests_in_flight", ""] == 1)
    for path in PATHS:
        response = client.post(path, json=TASK, headers=KEY)
        assert (response.status_code, response.headers["retry-after"]) == (409, "1")
        assert response.json()["type"] == "urn:problem-type:agent:run-in-progress"
    first.join()
    assert client.post("/agent/run", json=TASK, headers=KEY).status_code == 200
    assert ran(client) == (1, 1)
    assert not [name for name, _ in samples(client) if name == "agent_exceptions_total"]


@pytest.mark.parametrize("path", PATHS)
def test_what_failed_before_it_called_a_tool_may_run_again(serve: Serve, path: str) -> None:
    client = serve(model="offline:errors=1")
    assert [problem(client, path) for _ in range(2)] == [(502, "model-error")] * 2
    assert ran(client) == (2, 0)


def test_what_failed_after_it_called_tools_does_not_run_again_and_is_no_error_twice(serve: Serve) -> None:
    client = serve(model="offline:tool_calls=60")
    assert problem(client) == (422, "usage-limit")
    assert problem(client) == (409, "run-without-answer")
    assert ran(client) == (1, 1)


def test_both_releases_know_a_key_and_only_of_the_same_token(serve: Serve, storage: Storage) -> None:
    blue, green = (serve(release=release, conversations=storage.setting) for release in ("v1", "v2"))
    first = blue.post("/agent/run", json=TASK, headers=KEY).json()
    assert green.post("/agent/run", json=TASK, headers=KEY).json() == first
    assert first["release"] == "v1"
    assert (ran(blue), ran(green)) == ((1, 1), (0, 0))
    assert green.post("/feedback", json={"run_id": first["run_id"], "rating": "good"}).status_code == 404


def test_an_answer_that_could_not_be_stored_is_given_all_the_same_and_its_run_is_not_repeated(
    serve: Serve, tmp_path: Path
) -> None:
    file = tmp_path / "conversations.db"
    client = serve(conversations=str(file))
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TRIGGER t BEFORE UPDATE ON answers BEGIN SELECT RAISE(FAIL, 'disk full'); END")
    assert client.post("/agent/run", json=TASK, headers=KEY).status_code == 200
    assert problem(client) == (409, "run-in-progress")
    assert ran(client) == (1, 1)


def test_a_run_that_found_no_slot_may_run_again(serve: Serve) -> None:
    client = serve(model="offline:latency=2s", max_running=1, max_queued=0)
    first = threading.Thread(target=client.post, args=("/agent/run",), kwargs={"json": TASK})
    first.start()
    wait_until(lambda: samples(client)["agent_requests_in_flight", ""] == 1)
    assert problem(client) == (503, "overloaded")
    first.join()
    assert client.post("/agent/run", json=TASK, headers=KEY).status_code == 200


def test_a_conversation_s_answers_are_deleted_with_it(serve: Serve, storage: Storage) -> None:
    client = serve(conversations=storage.setting)
    body = {**TASK, "conversation_id": "c-1"}
    client.post("/agent/run", json=body, headers=KEY)
    client.delete("/agent/conversations/c-1")
    assert storage.execute("SELECT key FROM {answers}") == []


@pytest.mark.parametrize("path", PATHS)
def test_a_run_with_a_key_goes_on_without_its_client_who_gets_the_answer_later(start: Start, path: str) -> None:
    service = start(AGENT_MODEL="offline:latency=1s")

    def connect() -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(urlsplit(service.url()).netloc, timeout=30)
        connection.request("POST", path, json.dumps(TASK), {"content-type": "application/json", **KEY})
        return connection

    def runs() -> dict[str, Any]:
        lines = [line.split() for line in service.get("/metrics").splitlines() if line.startswith("agent_runs_total")]
        return {name.split('"')[1]: float(value) for name, value in lines if float(value)}

    connection = connect()
    wait_until(lambda: "agent_requests_in_flight 1.0" in service.get("/metrics") or runs())
    connection.close()
    wait_until(lambda: runs() == {"answered": 1})
    connection = connect()
    assert b"The answer is 36." in connection.getresponse().read()
    connection.close()
    assert runs() == {"answered": 1}
