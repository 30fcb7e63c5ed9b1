"""Error responses: RFC 9457 problem details, all from one handler."""

import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic_ai import ModelAPIError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.api import problem_types as types
from agent.api.run_problems import problem_of_a_run
from agent.errors import BudgetUsedUp, OverloadedError, StorageUnavailable
from agent.idempotency import KeyReused, RunInProgress, RunWithoutAnswer
from agent.metrics import Metrics

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
SCHEMAS = "#/components/schemas/"
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
MOST_MISTAKES = 10
"""The most mistakes in one answer: a body may have a million."""

LONGEST_TEXT = 200
STORAGE_RETRY_AFTER_SECONDS = "5"

OF_KEYS: dict[type[Exception], types.ProblemType] = {
    KeyReused: types.KEY_REUSED,
    RunInProgress: types.RUN_IN_PROGRESS,
    RunWithoutAnswer: types.RUN_WITHOUT_ANSWER,
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
            return problem_of_kind(types.INVALID_REQUEST, errors=_mistakes(error))
        case types.Refused():
            return problem_of_kind(error.kind, error.detail)
        case OverloadedError():
            return problem_of_kind(types.OVERLOADED, str(error))
        case BudgetUsedUp():
            return problem_of_kind(types.BUDGET_USED_UP, str(error))
        case KeyReused() | RunInProgress() | RunWithoutAnswer():
            return problem_of_kind(OF_KEYS[type(error)])
        case HTTPException() if error.status_code in types.BY_STATUS:
            return problem_of_kind(types.BY_STATUS[error.status_code], error.detail)
        case HTTPException():
            status = error.status_code
            return Problem(title=HTTPStatus(status).phrase, status=status, detail=_short(error.detail))
        case _:
            kind, detail = problem_of_a_run(error)
            return problem_of_kind(kind, detail, type(error).__name__)


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


def example(kind: types.ProblemType) -> dict[str, Any]:
    """An error response of this kind, as OpenAPI shows it."""
    mistakes = [Mistake(where="body.task", message="Field required")] if kind is types.INVALID_REQUEST else None
    return problem_of_kind(kind, exception=kind.exception, errors=mistakes).model_dump(exclude_none=True)


def documented(*kinds: types.ProblemType) -> dict[int | str, dict[str, Any]]:
    """The error responses of these kinds, by their status, for OpenAPI."""
    found: dict[int, list[types.ProblemType]] = {}
    for kind in kinds:
        found.setdefault(kind.status, []).append(kind)
    return {status: _response(of_status) for status, of_status in found.items()}


def _response(kinds: list[types.ProblemType]) -> dict[str, Any]:
    examples = {kind.name: {"summary": kind.title, "value": example(kind)} for kind in kinds}
    content = {MEDIA_TYPE: {"schema": {"$ref": f"{SCHEMAS}Problem"}, "examples": examples}}
    return {"description": "; ".join(kind.title for kind in kinds), "content": content}


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

    async def respond(request: Request | None, error: Exception) -> JSONResponse:
        problem, headers = report(error, metrics), headers_of(error)
        if request is not None and problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers = {"allow": ", ".join(methods_at(request.url.path, app.routes))}
        return JSONResponse(problem.model_dump(exclude_none=True), problem.status, headers, MEDIA_TYPE)

    for kind in (RequestValidationError, HTTPException):
        app.add_exception_handler(kind, respond)
    app.add_middleware(AnswerExceptions, respond=respond)


def methods_at(path: str, routes: Sequence[BaseRoute]) -> list[str]:
    """All methods of a path. The framework's own answer names only those of the first route that has it."""

    def is_route(method: str) -> bool:
        scope = {"type": "http", "method": method, "path": path, "root_path": ""}
        return any(route.matches(scope)[0] is Match.FULL for route in routes)

    return [method for method in METHODS if is_route(method)]


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


def problem_of_kind(
    kind: types.ProblemType, detail: str = "", exception: str | None = None, errors: list[Mistake] | None = None
) -> Problem:
    """A problem of this kind, with a detail of its own or the kind's."""
    return Problem(
        type=kind.uri,
        title=kind.title,
        status=kind.status,
        detail=_short(detail or kind.detail),
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
