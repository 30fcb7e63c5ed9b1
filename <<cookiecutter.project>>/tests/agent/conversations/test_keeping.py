"""A run's messages are kept before it counts as answered, and not after its deadline."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from agent.conversations import Conversations
from agent.conversations.sqlite import SqliteConversationStore
from tests.agent.conftest import Serve
from tests.agent.conversations.test_kept import TURN
from tests.agent.samples import samples
from tests.agent.sse import events

NAMED = {"task": "What is 15 % of 240?", "conversation_id": "c-1"}
REFUSES = "CREATE TRIGGER refuses BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'no space left'); END"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.db"


@pytest.fixture
def other(path: Path) -> Iterator[sqlite3.Connection]:
    """Another process that uses the file."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    yield database
    database.close()


def ended(client: TestClient) -> dict[str, float]:
    """The outcomes of all runs, and how often."""
    return {label: value for (name, label), value in samples(client).items() if name == "agent_runs_total" and value}


def last_problem(client: TestClient, path: str) -> str:
    response = client.post(path, json=NAMED)
    found = response.json() if path == "/agent/run" else events(response.text)[-1].data
    return str(found["type"]).rpartition(":")[2]


@pytest.mark.parametrize("route", ["/agent/run", "/agent/stream"])
def test_a_run_that_can_t_be_kept_is_one_error_and_not_answered(
    serve: Serve, path: Path, other: sqlite3.Connection, route: str
) -> None:
    client = serve(conversations=str(path))
    other.execute(REFUSES)
    assert last_problem(client, route) == "internal"
    assert ended(client) == {"error": 1}
    assert sum(value for (name, _), value in samples(client).items() if name == "agent_exceptions_total") == 1


@pytest.mark.parametrize("route", ["/agent/run", "/agent/stream"])
def test_the_wait_for_another_writer_ends_at_the_deadline_with_an_error(
    serve: Serve, path: Path, other: sqlite3.Connection, route: str
) -> None:
    client = serve(conversations=str(path), deadline_seconds=0.5)
    client.get("/agent/conversations")  # so that it forgets old ones now, not later
    other.execute("BEGIN IMMEDIATE")
    before = time.monotonic()
    assert last_problem(client, route) == "deadline"
    assert time.monotonic() - before < 4.5, "a writer waits for 5 s"
    assert ended(client) == {"deadline": 1}
    other.execute("ROLLBACK")
    client.post("/agent/run", json={**NAMED, "conversation_id": "c-2"})
    assert client.get("/agent/conversations/c-1").status_code == 404, "what was given up is not written later"


def test_a_conflict_is_the_client_s(serve: Serve, path: Path) -> None:
    client = serve(conversations=str(path), model="offline:latency=2s")
    first = threading.Thread(target=client.post, args=("/agent/run",), kwargs={"json": NAMED})
    first.start()
    client.post("/agent/run", json=NAMED)
    first.join()
    assert ended(client) == {"answered": 1, "client_conversation": 1}


def test_a_write_whose_caller_has_left_is_taken_back(path: Path, other: sqlite3.Connection) -> None:
    async def scenario() -> bool:
        kept = Conversations(SqliteConversationStore(path), keep_days=30)
        conversation = await kept.load("ann", "c")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(kept.add("ann", conversation, TURN), 0.1)
        other.execute("ROLLBACK")
        found = await kept.export("ann", "c")
        await kept.close()
        return found is None

    assert asyncio.run(scenario())
