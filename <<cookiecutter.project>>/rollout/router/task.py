"""Lets one slot's release solve a task, through the router's probe socket: the engine is on no release's network."""

import json
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

from rollout.errors import RouterError
from rollout.router.probe import SocketConnection
from rollout.router.split import Slot

LONGEST_ANSWER_BYTES = 1 << 20
SLOWEST_SECONDS = 150.0
"""The router gives up on an answer after this long."""


@dataclass(frozen=True)
class Solved:
    """A release's answer to a task, and what its run used; None is what it did not say."""

    answer: str
    tokens: int | None
    tool_calls: int | None


@dataclass(frozen=True)
class Unsolved:
    """Why a release did not answer a task."""

    why: str


def ask_to_solve(path: Path, slot: Slot, task: str, within_seconds: float, token: str | None) -> Solved | Unsolved:
    """`POST /agent/run` to a slot; `token` is the bearer token, if it needs one. Raises RouterError if the router does
    not answer."""
    connection = SocketConnection(path, min(within_seconds, SLOWEST_SECONDS))
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        raise RouterError(f"the router's socket {path} does not answer: {error}") from error
    try:
        return _read(_answer(connection, slot, task, token), slot)
    except TimeoutError:
        return Unsolved(f"no answer within {min(within_seconds, SLOWEST_SECONDS):.0f} s")
    except (OSError, HTTPException) as error:
        return Unsolved(f"no answer: {error!r}")
    finally:
        connection.close()


def _answer(connection: HTTPConnection, slot: Slot, task: str, token: str | None) -> HTTPResponse:
    headers = {"content-type": "application/json", "x-slot": slot}
    if token:
        headers["authorization"] = f"Bearer {token}"
    with suppress(ConnectionError):  # the router may refuse a request before it has read the task; its answer says why
        connection.request("POST", "/agent/run", json.dumps({"task": task}), headers)
    return connection.getresponse()


def _read(response: HTTPResponse, slot: Slot) -> Solved | Unsolved:
    body = response.read(LONGEST_ANSWER_BYTES)
    if (answering := response.getheader("x-slot")) != slot:
        older = f": {answering} did, because it is down, or because the host's router is older than this engine"
        return Unsolved("the release did not answer" + (older if answering else ""))
    if response.status == 401:
        return Unsolved("HTTP 401: give the engine a token, with `rollout secret EVALS_TOKEN --for engine`")
    if response.status != 200:
        return Unsolved(f"HTTP {response.status}")
    try:
        said: Any = json.loads(body)
        usage = said.get("usage") or {}
        answer, used, calls = (
            said["answer"],
            [usage.get("input_tokens"), usage.get("output_tokens")],
            usage.get("tool_calls"),
        )
    except (ValueError, LookupError, AttributeError, RecursionError):
        return Unsolved("the answer is not that of POST /agent/run")
    if not isinstance(answer, str):
        return Unsolved("the answer has no text")
    if said.get("finish_reason") == "length":
        return Unsolved("the answer is cut: the model's limit on output tokens ended it")
    counted = [each for each in used if isinstance(each, int)]
    return Solved(
        answer, sum(counted) if len(counted) == len(used) else None, calls if isinstance(calls, int) else None
    )
