"""Error responses: RFC 9457 problem details, all from one handler."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic_ai import ModelAPIError, ModelHTTPError, UsageLimitExceeded
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.errors import DeadlineError
from agent.metrics import Metrics

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
MOST_MISTAKES = 10
LONGEST_TEXT = 200
"""The most mistakes in one answer: a body may have a million."""


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
    name = type(error).__name__
    match error:
        case RequestValidationError():
            return _problem(422, "the request is invalid: see `errors`", errors=_mistakes(error))
        case HTTPException():
            return _problem(error.status_code, error.detail)
        case UsageLimitExceeded():
            return _problem(422, f"the run exceeded a limit and was stopped: {error.message}", name)
        case DeadlineError():
            return _problem(504, str(error), name)
        case ModelHTTPError():
            return _problem(502, f"the model's API answered {error.status_code}: try again later", name)
        case ModelAPIError():
            return _problem(502, "the model's API could not be used: try again later", name)
        case _:
            return _problem(500, f"the service failed with {name}: its log has the traceback", name)


def handle_problems(app: FastAPI, metrics: Metrics) -> None:
    """Turn every exception of an app into a problem response. Exceptions that answer with 5xx are counted; these and
    exceeded limits are logged."""

    async def respond(_request: Request | None, error: Exception) -> JSONResponse:
        problem = problem_of(error)
        if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR and problem.exception is not None:
            metrics.count_exception(error, of_the_vendor=isinstance(error, ModelAPIError))
        if problem.exception is not None:
            _log(problem, error)
        headers = error.headers if isinstance(error, HTTPException) else None
        return JSONResponse(problem.model_dump(exclude_none=True), problem.status, headers, MEDIA_TYPE)

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


def _problem(status: int, detail: str, exception: str | None = None, errors: list[Mistake] | None = None) -> Problem:
    title = HTTPStatus(status).phrase
    return Problem(title=title, status=status, detail=_short(detail), exception=exception, errors=errors)


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
