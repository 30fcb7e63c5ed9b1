"""Error responses: RFC 9457 problem details, all from one handler."""

import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic_ai import ModelAPIError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.api import problem_types as types
from agent.api.run_problems import problem_of_a_run
from agent.errors import BudgetUsedUp, OverloadedError, StorageUnavailable
from agent.idempotency import KeyReused, RunInProgress, RunWithoutAnswer
from agent.metrics import Metrics

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
MOST_MISTAKES = 10
"""The most mistakes in one answer: a body may have a million."""

LONGEST_TEXT = 200
STORAGE_RETRY_AFTER_SECONDS = "5"

OF_KEYS: dict[type[Exception], tuple[types.ProblemType, str]] = {
    KeyReused: (types.KEY_REUSED, "this Idempotency-Key came with another request before: use a new one"),
    RunInProgress: (types.RUN_IN_PROGRESS, "the first run with this Idempotency-Key goes on: ask again for its answer"),
    RunWithoutAnswer: (
        types.RUN_WITHOUT_ANSWER,
        "the first run with this Idempotency-Key may have called tools, and has no answer: to run again, use a new one",
    ),
}


class Mistake(BaseModel):
    """One mistake in a request."""

    where: str
    message: str


class Problem(BaseModel):
    """The body of an error response. It never contains a traceback or an unexpected exception's message."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    exception: str | None = None
    errors: list[Mistake] | None = None


def problem_of(error: Exception) -> Problem:
    """The error response for an exception."""
    match error:
        case RequestValidationError():
            detail = "the request is invalid: see `errors`"
            return _problem(types.INVALID_REQUEST, detail, errors=_mistakes(error))
        case types.Refused():
            return _problem(error.kind, error.detail)
        case OverloadedError():
            return _problem(types.OVERLOADED, str(error))
        case BudgetUsedUp():
            return _problem(types.BUDGET_USED_UP, str(error))
        case KeyReused() | RunInProgress() | RunWithoutAnswer():
            return _problem(*OF_KEYS[type(error)])
        case HTTPException() if error.status_code in types.BY_STATUS:
            return _problem(types.BY_STATUS[error.status_code], error.detail)
        case HTTPException():
            status = error.status_code
            return Problem(title=HTTPStatus(status).phrase, status=status, detail=_short(error.detail))
        case _:
            kind, detail = problem_of_a_run(error)
            return _problem(kind, detail, type(error).__name__)


def headers_of(error: Exception) -> Mapping[str, str] | None:
    """The headers of an error's response."""
    match error:
        case OverloadedError() | BudgetUsedUp():
            return {"retry-after": str(math.ceil(error.retry_after_seconds))}
        case RunInProgress():
            return {"retry-after": "1"}
        case StorageUnavailable():
            return {"retry-after": STORAGE_RETRY_AFTER_SECONDS}
        case HTTPException() | types.Refused():
            return error.headers
        case _:
            return None


def documented() -> dict[int | str, dict[str, Any]]:
    """Every status that an error response has, for OpenAPI."""
    titles: dict[int | str, list[str]] = {}
    for kind in types.TYPES:
        titles.setdefault(kind.status, []).append(kind.title)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"model": Problem, "description": "; ".join(found), "content": {MEDIA_TYPE: {"schema": schema}}}
        for status, found in titles.items()
    }


def report(error: Exception, metrics: Metrics) -> Problem:
    """The problem of an exception. Those that aren't the client's are counted; they and passed limits are logged."""
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR and problem.exception is not None:
        metrics.count_exception(error, of_the_vendor=isinstance(error, ModelAPIError))
    if problem.exception is not None:
        _log(problem, error)
    return problem


def handle_problems(app: FastAPI, metrics: Metrics) -> None:
    """Turn every exception of an app into a problem response."""

    async def respond(_request: Request | None, error: Exception) -> JSONResponse:
        problem = report(error, metrics)
        return JSONResponse(problem.model_dump(exclude_none=True), problem.status, headers_of(error), MEDIA_TYPE)

    for kind in (RequestValidationError, HTTPException):
        app.add_exception_handler(kind, respond)
    app.add_middleware(AnswerExceptions, respond=respond)


class AnswerExceptions:
    """Handles all other exceptions. Starlette's own handler is outside all middleware, and raises them again."""

    def __init__(self, app: ASGIApp, respond: Callable[[None, Exception], Awaitable[JSONResponse]]) -> None:
        self._app = app
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_recorded(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_recorded)
        except Exception as error:
            if started:
                raise
            response = await self._respond(None, error)
            await response(scope, receive, send)


def _problem(
    kind: types.ProblemType, detail: str, exception: str | None = None, errors: list[Mistake] | None = None
) -> Problem:
    return Problem(
        type=kind.uri,
        title=kind.title,
        status=kind.status,
        detail=_short(detail),
        exception=exception,
        errors=errors,
    )


def _mistakes(error: RequestValidationError) -> list[Mistake]:
    return [
        Mistake(where=_short(".".join(str(key) for key in details["loc"])), message=_short(details["msg"]))
        for details in error.errors()[:MOST_MISTAKES]
    ]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def _log(problem: Problem, error: Exception) -> None:
    if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error(problem.detail, exc_info=error)
    else:
        logger.warning("%s: %s", problem.exception, problem.detail)
