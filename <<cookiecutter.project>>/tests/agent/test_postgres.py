"""A database that is wrong, that is not there, and that goes away: an error that says so, in time, and no secret."""

import asyncio
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from agent.api import create_app
from agent.errors import StartError, StorageError, StorageUnavailable
from agent.place import database
from agent.postgres import Patience, Postgres, Row
from agent.settings import Settings
from tests.agent.conftest import Start
from tests.agent.postgres_server import PASSWORD, PostgresServer
from tests.agent.samples import samples
from tests.agent.severed import Way, way_to
from tests.agent.storages import PostgresStorage
from tests.agent.stubborn import Stubborn
from tests.waiting import wait_until

NAMED = {"task": "What is 15 % of 240?", "conversation_id": "c-1"}
SECRETS = (PASSWORD, quote(PASSWORD, safe=""))


@pytest.fixture
def way(server: PostgresServer) -> Iterator[Way]:
    with way_to(server.port) as way:
        yield way


HASTY = Patience(connect=0.5, command=0.5, look=0.05, unready=1)
"""Waits at the same places as in production, and less."""


def refusal(url: str) -> str:
    """Why the service does not start."""

    async def start() -> None:
        async with Postgres(url, HASTY):
            pass

    with pytest.raises(StartError) as refused:
        asyncio.run(start())
    return str(refused.value)


def app(postgres: PostgresStorage, way: Way) -> FastAPI:
    """A service whose database is at the end of this way."""
    url = postgres.server.url(postgres.schema, way.port)
    return create_app(Settings.model_construct(budget_tokens=10**6), place=Postgres(url, HASTY))


def kind(client: TestClient, path: str = "/agent/run") -> tuple[int, str]:
    response = client.post(path, json=NAMED)
    return response.status_code, str(response.json()["type"]).rpartition(":")[2]


def test_a_wrong_password_a_wrong_database_and_a_dead_port_are_told_apart(server: PostgresServer, way: Way) -> None:
    wrong = refusal(server.url(password="hunter2"))  # noqa: S106
    assert wrong.startswith(f"AGENT_CONVERSATIONS: the database 127.0.0.1:{server.port}/postgres can't be used: ")
    assert "password authentication failed" in wrong
    assert 'database "nowhere" does not exist' in refusal(server.url().replace("/postgres?", "/nowhere?"))
    way.cut()
    assert "can't be used: " in refusal(server.url(port=way.port))
    assert "Connect call failed ('127.0.0.1', 1)" in refusal("postgresql://ann:hunter2@127.0.0.1:1/agent")


def test_a_database_that_does_not_answer_ends_the_start_in_time(server: PostgresServer, way: Way) -> None:
    way.freeze()
    began = time.monotonic()
    assert refusal(server.url(port=way.port)).endswith("no answer within 0.5 s")
    assert time.monotonic() - began < 10


def test_a_service_that_can_t_start_says_why_and_keeps_the_password(start: Start, server: PostgresServer) -> None:
    service = start(AGENT_CONVERSATIONS=server.url(schema="nowhere"))
    assert service.exit_code() == 3
    assert f"the database 127.0.0.1:{server.port}/postgres can't be used: " in service.output()
    assert "Traceback" not in service.output()
    assert not [secret for secret in SECRETS if secret in service.output()]


def test_a_wrong_url_is_refused_before_anything_starts() -> None:
    with pytest.raises(StartError, match="AGENT_CONVERSATIONS should be a file, or a URL like"):
        create_app(Settings.model_construct(conversations="postgresql://ann:4711/0815@db/agent"))


@pytest.mark.parametrize("broken", ["cut", "freeze"])
def test_while_it_is_away_runs_that_need_it_are_503_and_the_service_is_not_ready(
    postgres: PostgresStorage, way: Way, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(app(postgres, way)) as client:
        _goes_away_and_comes_back(client, way, broken)
        shown = caplog.text + client.get("/info").text + client.get("/metrics").text
    assert not [secret for secret in SECRETS if secret in shown]


def _goes_away_and_comes_back(client: TestClient, way: Way, broken: str) -> None:
    assert client.post("/agent/run", json=NAMED).status_code == 200
    getattr(way, broken)()
    began = time.monotonic()
    for path in ("/agent/run", "/agent/stream"):
        assert kind(client, path) == (503, "storage-unavailable")
    assert client.post("/agent/run", json=NAMED, headers={"Idempotency-Key": "k"}).headers["retry-after"] == "5"
    assert client.get("/agent/conversations").json()["type"].endswith(":storage-unavailable")
    assert time.monotonic() - began < 20
    wait_until(lambda: client.get("/health").status_code == 503)
    assert client.get("/health").json()["detail"] == "the database that keeps conversations does not answer"
    assert client.get("/livez").status_code == 200
    way.mend()
    wait_until(lambda: client.get("/health").status_code == 200)
    wait_until(lambda: client.post("/agent/run", json=NAMED).status_code == 200)
    assert len(client.get("/agent/conversations/c-1").json()["messages"]) == 2 * 4
    assert samples(client)["agent_exceptions_total", "StorageUnavailable"] >= 3


def test_a_service_stops_in_time_while_its_database_is_away(postgres: PostgresStorage, way: Way) -> None:
    with TestClient(app(postgres, way)) as client:
        client.post("/agent/run", json=NAMED)
        way.freeze()
        began = time.monotonic()
    assert time.monotonic() - began < 10


def test_a_cancellation_that_is_reported_as_a_timeout_is_not_lost(postgres: PostgresStorage) -> None:
    """asyncpg does so if both come at once: the stop would wait for ever."""
    stubborn = Stubborn()

    class StubbornPostgres(Postgres):
        async def rows(self, _query: str, *_values: object) -> list[Row]:
            await stubborn.wait(StorageUnavailable("it took too long"))
            return []

    async def stop() -> None:
        async with StubbornPostgres(postgres.setting, HASTY):
            await stubborn.began.wait()

    asyncio.run(asyncio.wait_for(stop(), 30))
    assert stubborn.waits == 1


def test_what_it_refuses_is_no_outage(postgres: PostgresStorage) -> None:
    async def scenario() -> None:
        async with database(postgres.setting) as opened:
            with pytest.raises(StorageError, match="UndefinedTableError") as refused:
                await opened.rows("SELECT * FROM nowhere")
            assert not isinstance(refused.value, StorageUnavailable)

    asyncio.run(scenario())


def test_releases_that_start_at_once_create_the_tables_together(postgres: PostgresStorage) -> None:
    async def scenario() -> None:
        every = [database(postgres.setting) for _ in range(4)]
        for each in every:
            each.needs("CREATE TABLE IF NOT EXISTS t (x int); CREATE INDEX IF NOT EXISTS i ON t (x);")
        opened = await asyncio.gather(*(each.__aenter__() for each in every), return_exceptions=True)
        for each in every:
            await each.__aexit__()
        assert [each for each in opened if isinstance(each, BaseException)] == []

    asyncio.run(scenario())


def test_the_settings_do_not_show_the_url() -> None:
    assert "hunter2" not in repr(Settings.model_construct(conversations="postgresql://ann:hunter2@db/agent"))
