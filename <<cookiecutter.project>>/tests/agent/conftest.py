"""Fixtures for the service: in this process behind a test client, or as a separate process."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from pydantic_ai import models
from starlette.testclient import TestClient

from agent.api import create_app
from agent.settings import Settings
from tests.agent.postgres_server import PostgresServer, postgres_server
from tests.agent.service import Service, start_service
from tests.agent.storages import PostgresStorage, SqliteStorage, Storage

Serve = Callable[..., TestClient]
Start = Callable[..., Service]

models.ALLOW_MODEL_REQUESTS = False  # tests must not call a model that costs money


NUMBERS = count()


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL server, the same for all tests."""
    with postgres_server() as started:
        yield started


@pytest.fixture
def postgres(server: PostgresServer) -> PostgresStorage:
    """An empty schema of that server."""
    schema = f"test_{next(NUMBERS)}"
    server.execute(f"CREATE SCHEMA {schema}")
    return PostgresStorage(server, schema)


@pytest.fixture
def sqlite(tmp_path: Path) -> SqliteStorage:
    """A file that does not exist yet."""
    return SqliteStorage(tmp_path / "conversations.db")


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request: pytest.FixtureRequest) -> Storage:
    """Each of the two."""
    found: Storage = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start the app with these settings, ignoring the environment; it is stopped after the test."""
    with ExitStack() as clients:

        def start(**settings: object) -> TestClient:
            app = create_app(Settings.model_construct(**settings))  # type: ignore[arg-type]
            return clients.enter_context(TestClient(app))

        yield start


@pytest.fixture
def client(serve: Serve) -> TestClient:
    """The app with the default settings."""
    return serve()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start processes with these environment variables; they are stopped after the test."""
    with ExitStack() as services:

        def start_one(**env: str) -> Service:
            service = start_service(tmp_path, env)
            services.callback(service.stop)
            return service

        yield start_one
