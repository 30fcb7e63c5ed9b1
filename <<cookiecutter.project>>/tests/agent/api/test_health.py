"""GET /health, which is answered before all that only a run needs."""

import asyncio

import pytest
from pydantic_ai.models.test import TestModel
from starlette.types import Message

from agent.api.health import AnswerHealth, Condition
from agent.settings import Settings
from agent.stopping import Readiness
from tests.agent.conftest import Serve


def asked(condition: Condition, method: str = "GET", path: str = "/health") -> int | None:
    """The status that the middleware answers; None if it leaves the request to the routes."""
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> Message:
        raise AssertionError("nobody reads the request")

    async def routes(*_: object) -> None:
        return

    scope = {"type": "http", "method": method, "path": path, "headers": []}
    asyncio.run(AnswerHealth(routes, condition)(scope, receive, send))
    return statuses[0] if statuses else None


@pytest.fixture
def condition() -> Condition:
    return Condition(Settings.model_construct(), Readiness(), TestModel(), "")


def test_it_is_answered_at_once_while_all_is_well(condition: Condition) -> None:
    assert asked(condition) == 200


@pytest.mark.parametrize(("method", "path"), [("POST", "/health"), ("HEAD", "/health"), ("GET", "/livez")])
def test_anything_else_is_left_to_the_routes(condition: Condition, method: str, path: str) -> None:
    assert asked(condition, method, path) is None


def test_a_service_that_stops_leaves_it_to_the_routes_which_say_why(condition: Condition) -> None:
    condition.readiness.stopping = True
    assert asked(condition) is None


def test_it_has_the_release_and_its_type_as_every_answer(serve: Serve) -> None:
    response = serve(release="v1.2.3").get("/health")
    assert (response.headers["x-release"], response.headers["content-type"]) == ("v1.2.3", "application/json")


def test_other_methods_are_refused(serve: Serve) -> None:
    assert serve().post("/health").status_code == 405
