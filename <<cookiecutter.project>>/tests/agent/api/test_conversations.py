"""Conversations, over HTTP."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from agent.auth import Token
from agent.auth.tokens import digest_of, text_of
from agent.conversations.kept import MOST_CHARACTERS
from tests.agent.conftest import Serve
from tests.agent.samples import samples
from tests.agent.sse import events
from tests.agent.storages import Storage

TASK = {"task": "What is 15 % of 240?"}
NAMED = {**TASK, "conversation_id": "c-1"}


@pytest.fixture
def database(storage: Storage) -> str:
    return storage.setting


def test_a_named_conversation_is_continued_by_runs_and_streams(serve: Serve, database: str) -> None:
    client = serve(conversations=database)
    first = client.post("/agent/run", json=NAMED).json()
    second = events(client.post("/agent/stream", json=NAMED).text)[-1].data
    assert first["answer"] == second["answer"] == "The answer is 36."
    assert second["usage"]["input_tokens"] > first["usage"]["input_tokens"], "the history is sent too"
    assert second["usage"]["tool_calls"] == 1, "the history's are not counted again"
    messages = client.get("/agent/conversations/c-1").json()["messages"]
    assert [message["kind"] for message in messages] == ["request", "response", "request", "response"] * 2
    assert samples(client)["agent_tool_calls_total", "calculate"] == 2


def test_a_long_conversation_stays_below_the_window_and_is_kept_whole(serve: Serve, database: str) -> None:
    client = serve(conversations=database, model="offline:window=2000")
    for _ in range(8):
        body = {**NAMED, "task": f"What is 15 % of 240? {'word ' * 200}"}
        assert client.post("/agent/run", json=body).json()["answer"] == "The answer is 36."
    assert len(client.get("/agent/conversations/c-1").json()["messages"]) == 8 * 4
    assert samples(client)["agent_context_compactions_total", ""] > 0


def test_a_run_without_a_name_is_not_kept_nor_is_one_that_fails(serve: Serve, database: str) -> None:
    client = serve(conversations=database, model="offline:window=2000")
    client.post("/agent/run", json=TASK)
    assert client.post("/agent/run", json={**NAMED, "task": "x" * 20_000}).status_code == 413
    assert client.get("/agent/conversations").json() == {"conversation_ids": []}


def test_an_owner_exports_and_deletes_what_is_kept(serve: Serve, database: str) -> None:
    client = serve(conversations=database)
    client.post("/agent/run", json=NAMED)
    assert client.get("/agent/conversations").json() == {"conversation_ids": ["c-1"]}
    assert client.delete("/agent/conversations/c-1").status_code == 204
    response = client.get("/agent/conversations/c-1")
    assert (response.status_code, response.json()["type"]) == (404, "urn:problem-type:agent:conversation-not-found")
    assert client.get("/agent/conversations").json() == {"conversation_ids": []}


def test_the_list_has_pages(serve: Serve, database: str) -> None:
    client = serve(conversations=database)
    for number in range(5):
        client.post("/agent/run", json={**TASK, "conversation_id": f"c-{number}"})
    pages = [client.get(f"/agent/conversations?limit=2&offset={offset}").json() for offset in (0, 2, 4, 6)]
    assert [page["conversation_ids"] for page in pages] == [["c-4", "c-3"], ["c-2", "c-1"], ["c-0"], []]
    for wrong in ("limit=0", "limit=1001", "offset=-1", f"offset={2**63}"):
        assert client.get(f"/agent/conversations?{wrong}").json()["type"] == "urn:problem-type:agent:invalid-request"


def test_a_conversation_that_is_too_long_is_not_continued_and_not_counted_against_the_release(
    serve: Serve, storage: Storage
) -> None:
    client = serve(conversations=storage.setting)
    client.post("/agent/run", json=NAMED)
    storage.execute("UPDATE {entries} SET entry = entry || '" + " " * MOST_CHARACTERS + "'")  # noqa: S608  no input
    response = client.post("/agent/run", json=NAMED)
    assert (response.status_code, response.json()["type"]) == (413, "urn:problem-type:agent:conversation-full")
    found = samples(client)
    assert found["agent_runs_total", "client_conversation"] == found["agent_runs_total", "answered"] == 1
    assert not [name for name, _ in found if name == "agent_exceptions_total"]
    assert client.get("/agent/conversations/c-1").status_code == 200
    assert client.delete("/agent/conversations/c-1").status_code == 204
    assert client.post("/agent/run", json=NAMED).status_code == 200


def test_each_token_has_conversations_of_its_own(serve: Serve, database: str, tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_text(text_of(Token(name, digest_of(f"agt_{name}")) for name in ("ann", "bob")))
    client = serve(conversations=database, tokens_file=str(path))
    ann, bob = ({"authorization": f"Bearer agt_{name}"} for name in ("ann", "bob"))
    client.post("/agent/run", json=NAMED, headers=ann)
    assert client.get("/agent/conversations/c-1", headers=ann).status_code == 200
    assert client.get("/agent/conversations/c-1", headers=bob).status_code == 404


def test_without_the_setting_nothing_is_kept_and_there_are_no_routes(client: TestClient) -> None:
    assert client.post("/agent/run", json=NAMED).status_code == 200
    assert client.get("/agent/conversations").json()["type"] == "urn:problem-type:agent:not-found"
