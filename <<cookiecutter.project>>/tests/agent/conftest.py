"""The service: in this process, behind a client; or as a process of its own."""

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

models.ALLOW_MODEL_REQUESTS = False  # a test must not cost money


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start the app with these settings, whatever the environment says; it is stopped after the test."""
    with ExitStack() as clients:

        def start(**settings: object) -> TestClient:
            app = create_app(Settings.model_construct(**settings))  # type: ignore[arg-type]
            return clients.enter_context(TestClient(app))

        yield start


@pytest.fixture
def client(serve: Serve) -> TestClient:
    """The app with the defaults."""
    return serve()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start processes with these variables in their environment; they are ended after the test."""
    with ExitStack() as services:

        def start_one(**env: str) -> Service:
            service = start_service(tmp_path, env)
            services.callback(service.stop)
            return service

        yield start_one
