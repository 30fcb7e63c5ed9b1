"""Sends one request to a running service."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """`release` is the one that answered; None if a router answered itself, so that the body is not JSON."""

    status: int
    release: str | None
    text: str

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found


def ask(
    url: str,
    task: str,
    timeout_seconds: float = TIMEOUT_SECONDS,
    headers: Mapping[str, str] | None = None,
    **more: str,
) -> Answer:
    """Run a task on the service at this URL, with `more` in its body. Raises OSError if there is no answer."""
    headers = {"content-type": "application/json", **(headers or {})}
    request = urllib.request.Request(f"{url}/agent/run", json.dumps({"task": task, **more}).encode(), headers)  # noqa: S310  the URL is our own
    try:
        with urllib.request.urlopen(request, timeout=timeout_seconds) as response:  # noqa: S310
            return Answer(response.status, response.headers["x-release"], str(response.read(), "utf-8"))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers["x-release"], str(error.read(), "utf-8"))


def get(url: str) -> str:
    """The body of a page."""
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310  the URL is our own
        return str(response.read(), "utf-8")
