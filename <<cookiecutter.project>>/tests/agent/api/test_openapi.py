"""The OpenAPI document has an example of each request and of each answer, and each example is valid."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator
from pydantic_ai import IncompleteToolCall, ModelHTTPError, ModelTimeoutError, UsageLimitExceeded
from pydantic_ai.exceptions import ContentFilterError
from starlette.exceptions import HTTPException

from agent.api import problem_types as types
from agent.api.bodies import MOST_BYTES, WITHIN_SECONDS
from agent.api.problem_types import ProblemType
from agent.api.problems import example, problem_of
from agent.api.streaming import NAMES
from agent.conversations import ConversationConflict, ConversationFull
from agent.errors import (
    BudgetUsedUp,
    ClientDeadlineError,
    ContextFullError,
    DeadlineError,
    OverloadedError,
    SlowClientError,
    StorageUnavailable,
)
from agent.idempotency import KeyReused, RunInProgress, RunWithoutAnswer
from tests.agent.conftest import Serve

ERRORS: dict[ProblemType, Exception] = {
    types.MALFORMED_REQUEST: HTTPException(400, "There was an error parsing the body"),
    types.NOT_FOUND: HTTPException(404),
    types.METHOD_NOT_ALLOWED: HTTPException(405),
    types.REQUEST_TIMEOUT: HTTPException(408, f"the body was not complete in {WITHIN_SECONDS:g} s"),
    types.BODY_TOO_LARGE: HTTPException(413, f"the body is larger than {MOST_BYTES} bytes"),
    types.USAGE_LIMIT: UsageLimitExceeded("x"),
    types.OUTPUT_LIMIT: IncompleteToolCall("x"),
    types.CONTENT_FILTER: ContentFilterError("x"),
    types.KEY_REUSED: KeyReused("k"),
    types.RUN_IN_PROGRESS: RunInProgress("k"),
    types.RUN_WITHOUT_ANSWER: RunWithoutAnswer("k"),
    types.CLIENT_DEADLINE: ClientDeadlineError(5),
    types.SLOW_CLIENT: SlowClientError(),
    types.CONVERSATION_CHANGED: ConversationConflict("c-1"),
    types.CONVERSATION_FULL: ConversationFull("c-1"),
    types.CONTEXT_FULL: ContextFullError(8_000),
    types.BUDGET_USED_UP: BudgetUsedUp("service", 3_600),
    types.INTERNAL: LookupError("x"),
    types.MODEL_ERROR: ModelHTTPError(503, "m"),
    types.OVERLOADED: OverloadedError(5),
    types.STORAGE_UNAVAILABLE: StorageUnavailable("x"),
    types.MODEL_TIMEOUT: ModelTimeoutError("m", "slow"),
    types.DEADLINE: DeadlineError(120),
}
# Whoever refuses with these says what the type says, or names the mistakes, the rate or the model.
REFUSED = {
    types.INVALID_REQUEST,
    types.UNAUTHORIZED,
    types.RUN_NOT_FOUND,
    types.CONVERSATION_NOT_FOUND,
    types.RATE_LIMITED,
    types.STOPPING,
    types.NOT_READY,
}


class Described(NamedTuple):
    """What an operation takes or answers with one media type."""

    where: str
    content: dict[str, Any]


@pytest.fixture
def document(serve: Serve, tmp_path: Path) -> dict[str, Any]:
    """Of a service that keeps conversations, which has all operations."""
    found: dict[str, Any] = serve(conversations=str(tmp_path / "conversations.db")).get("/openapi.json").json()
    return found


def described(document: dict[str, Any]) -> Iterator[Described]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for name, content in operation.get("requestBody", {}).get("content", {}).items():
                yield Described(f"{method} {path} takes {name}", content)
            for status, response in operation["responses"].items():
                assert status == "204" or response["content"], (method, path, status)
                for name, content in response.get("content", {}).items():
                    yield Described(f"{method} {path} answers {status} {name}", content)


def examples(document: dict[str, Any], content: dict[str, Any]) -> list[Any]:
    """Those of the content itself or, without any, of its schema."""
    if "example" in content:
        return [content["example"]]
    if "examples" in content:
        return [each["value"] for each in content["examples"].values()]
    name = content["schema"]["$ref"].rpartition("/")[2]
    return list(document["components"]["schemas"][name].get("examples", ()))


def test_each_request_and_each_answer_has_an_example_that_is_valid(document: dict[str, Any]) -> None:
    for where, content in described(document):
        found = examples(document, content)
        assert found, where
        schema = Draft202012Validator({**content["schema"], "components": document["components"]})
        for each in found:
            assert list(schema.iter_errors(each)) == [], where


def test_each_answer_has_an_example_of_each_problem_with_its_status(document: dict[str, Any]) -> None:
    seen = set()
    for where, content in described(document):
        for name, each in content.get("examples", {}).items() if "problem+json" in where else ():
            assert f"answers {each['value']['status']} " in where
            seen.add(name)
    of_no_operation = {types.METHOD_NOT_ALLOWED.name, types.SLOW_CLIENT.name}  # the latter is an event of a stream
    assert seen == {kind.name for kind in types.TYPES} - of_no_operation


def test_each_event_of_a_stream_has_an_example(document: dict[str, Any]) -> None:
    content = document["paths"]["/agent/stream"]["post"]["responses"]["200"]["content"]["text/event-stream"]
    assert {each["event"] for each in examples(document, content)} == {*NAMES.values(), "usage", "done", "error"}


@pytest.mark.parametrize(("kind", "error"), ERRORS.items(), ids=lambda value: getattr(value, "name", ""))
def test_the_example_of_a_problem_is_what_its_exception_gives(kind: ProblemType, error: Exception) -> None:
    assert example(kind) == problem_of(error).model_dump(exclude_none=True)


def test_no_problem_is_without_its_exception() -> None:
    assert {*ERRORS, *REFUSED} == set(types.TYPES)


def test_all_but_health_checks_and_metrics_need_a_token(document: dict[str, Any]) -> None:
    open_paths = {
        path
        for path, operations in document["paths"].items()
        if any(not each["security"] for each in operations.values())
    }
    assert open_paths == {"/health", "/livez", "/info", "/metrics"}
