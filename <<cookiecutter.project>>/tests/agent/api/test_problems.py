"""Every error is a problem document."""

from pathlib import Path
from typing import Any

import pytest
from pydantic_ai import (
    ModelAPIError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelTimeoutError,
    UsageLimitExceeded,
)
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from agent.api.problem_types import PREFIX, TYPES
from agent.api.problems import problem_of
from agent.errors import ClientDeadlineError, ContextFullError, DeadlineError
from tests.agent.conftest import Serve
from tests.pages import rows

TASK = {"task": "What is 15 % of 240?"}


def failed(client: TestClient, body: object = TASK) -> dict[str, Any]:
    response = client.post("/agent/run", json=body)
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == response.status_code
    return problem


@pytest.mark.parametrize(
    ("error", "status", "exception"),
    [
        (HTTPException(404), 404, None),
        (UsageLimitExceeded("too many requests"), 422, "UsageLimitExceeded"),
        (ModelHTTPError(429, "some-model"), 502, "ModelHTTPError"),
        (ModelAPIError("some-model", "no route to host"), 502, "ModelAPIError"),
        (ContextFullError(2_000), 413, "ContextFullError"),
        (ModelContextWindowExceededError("some-model", "too long"), 413, "ModelContextWindowExceededError"),
        (ClientDeadlineError(1), 408, "ClientDeadlineError"),
        (DeadlineError(120), 504, "DeadlineError"),
        (ModelTimeoutError("some-model", "slow"), 504, "ModelTimeoutError"),
        (TimeoutError(), 500, "TimeoutError"),
        (KeyError("secret"), 500, "KeyError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_exception_has_its_status(error: Exception, status: int, exception: str | None) -> None:
    problem = problem_of(error)
    assert (problem.status, problem.exception) == (status, exception)
    assert problem.type.startswith(PREFIX)


@pytest.mark.parametrize(
    "error",
    [
        KeyError("secret"),
        ModelHTTPError(500, "m", {"key": "secret"}),
        ModelAPIError("m", "secret"),
        UsageLimitExceeded("secret"),
        ModelContextWindowExceededError("m", "secret"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_message_of_an_exception_is_not_shown(error: Exception) -> None:
    assert "secret" not in problem_of(error).model_dump_json()


@pytest.mark.parametrize(
    ("body", "where"),
    [({}, "body.task"), ({"task": ""}, "body.task"), ({"task": 7}, "body.task"), ({"task": "x", "y": 1}, "body.y")],
)
def test_an_invalid_request_is_422_and_names_its_mistakes(client: TestClient, body: object, where: str) -> None:
    problem = failed(client, body)
    assert problem["status"] == 422
    assert [mistake["where"] for mistake in problem["errors"]] == [where]


def test_a_model_that_fails_is_502(serve: Serve) -> None:
    problem = failed(serve(model="offline:errors=1"))
    assert (problem["status"], problem["exception"]) == (502, "ModelHTTPError")


def test_a_run_without_an_answer_in_time_is_504(serve: Serve) -> None:
    problem = failed(serve(model="offline:hang=1", deadline_seconds=0.05))
    assert (problem["status"], problem["exception"]) == (504, "DeadlineError")


def test_a_run_that_exceeds_a_usage_limit_is_422(serve: Serve) -> None:
    problem = failed(serve(model="offline:tool_calls=60"))
    assert (problem["status"], problem["exception"]) == (422, "UsageLimitExceeded")


def test_an_unexpected_exception_is_500_and_names_its_type_but_no_traceback(serve: Serve) -> None:
    problem = failed(serve(model="offline:exception=ZeroDivisionError@1"))
    assert (problem["status"], problem["exception"]) == (500, "ZeroDivisionError")
    assert set(problem) == {"type", "title", "status", "detail", "exception"}


def test_the_log_has_the_traceback_and_the_response_does_not(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    failed(serve(model="offline:exception=LookupError@1"))
    assert "Traceback" in caplog.text
    assert "misbehaviour.py" in caplog.text


def test_a_status_that_no_type_has_is_about_blank() -> None:
    assert problem_of(HTTPException(418)).type == "about:blank"


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [("GET", "/x", "not-found"), ("POST", "/agent/run/", "not-found"), ("PUT", "/info", "method-not-allowed")],
)
def test_paths_and_methods_that_do_not_exist_have_types(client: TestClient, method: str, path: str, name: str) -> None:
    assert client.request(method, path).json()["type"] == PREFIX + name


def test_every_type_is_in_the_documentation_with_its_status() -> None:
    listed = {name: cells[1] for name, cells in rows("reference/service.md", "Type").items()}
    assert listed == {kind.name: str(kind.status) for kind in TYPES}


def test_a_405_names_all_methods_of_its_path(serve: Serve, tmp_path: Path) -> None:
    client = serve(conversations=str(tmp_path / "conversations.db"))
    assert client.put("/agent/conversations/c-1").headers["allow"] == "DELETE, GET"
    assert client.put("/info").headers["allow"] == "GET"
