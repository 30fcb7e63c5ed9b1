"""One line in the log for each request: what was asked, how it ended, and what its run used."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from opentelemetry.trace import format_trace_id, get_current_span
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.api.authentication import OPEN_PATHS, OWNER
from agent.logs import IDS, REQUESTS
from agent.run import RunRequest
from agent.settings import Settings

logger = logging.getLogger(REQUESTS)

RUN = "agent.run"
MOST_CHARACTERS = 200
TRACE_PARENT = re.compile(rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
CONVERSATION = re.compile(r"(/agent/conversations/).+", re.DOTALL)
"""The id of a conversation is the client's text: a name, maybe."""


@dataclass
class Asked:
    """The run that a request asks for, once its body has been read."""

    run: RunRequest | None = None


def note_run(scope: Scope, run: RunRequest) -> None:
    """Tell the log, and the request's span if there is one, which run a request asks for."""
    IDS.set({**(IDS.get() or {}), "run_id": run.run_id})
    get_current_span().set_attribute("run_id", run.run_id)
    if RUN in scope:
        scope[RUN].run = run


class LogRequests:
    """Logs all requests but those of health checks and Prometheus. No user and no text of theirs, unless set."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS or not logger.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        ids = trace_of(headers)
        IDS.set(ids)
        asked = scope[RUN] = Asked()
        status, began = 500, perf_counter()

        async def send_recorded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_recorded)
        finally:
            seconds = round(perf_counter() - began, 6)
            http = {"method": scope["method"], "path": path_of(scope), "status": status, "seconds": seconds}
            fields = http | ids | run_fields(asked.run) | self._personal(scope, headers, asked.run)
            logger.info("%s %s %s in %s s", *http.values(), extra={"fields": fields})

    def _personal(self, scope: Scope, headers: Mapping[bytes, bytes], run: RunRequest | None) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if self._settings.log_users:
            user = headers.get(b"x-user-id", b"").decode("latin-1")[:MOST_CHARACTERS]
            fields |= {"token": scope.get(OWNER, ""), "user_id": user}
        if self._settings.log_tasks and run is not None:
            fields["task"] = run.task
        return fields


def trace_of(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    """The `trace_id` of a request: of its span or, where none is made, of its client's trace (W3C traceparent)."""
    span = get_current_span().get_span_context()
    if span.is_valid:
        return {"trace_id": format_trace_id(span.trace_id)}
    match = TRACE_PARENT.fullmatch(headers.get(b"traceparent", b""))
    return {} if match is None else {"trace_id": match[1].decode()}


def path_of(scope: Scope) -> str:
    """A request's path, without the id of a conversation."""
    return CONVERSATION.sub(r"\1…", scope["path"])[:MOST_CHARACTERS]


def run_fields(run: RunRequest | None) -> dict[str, Any]:
    """A run's id, its outcome and its usage. Without an outcome it did not run: it was refused, or was answered
    before."""
    if run is None:
        return {}
    usage = {} if run.record.usage is None else run.record.usage.model_dump(exclude_none=True)
    outcome = {} if run.record.outcome is None else {"outcome": run.record.outcome}
    return {"run_id": run.run_id} | outcome | usage
