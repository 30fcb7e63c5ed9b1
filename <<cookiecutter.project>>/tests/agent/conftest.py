"""Fixtures for the service: in this process behind a test client, or as a separate process."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic_ai import models
from starlette.testclient import TestClient

from agent.api import create_app
from agent.settings import Settings
from tests.agent.service import Service, start_service

Serve = Callable[..., TestClient]
Start = Callable[..., Service]

models.ALLOW_MODEL_REQUESTS = False  # tests must not call a model that costs money


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
