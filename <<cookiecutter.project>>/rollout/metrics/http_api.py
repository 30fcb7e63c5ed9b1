"""GET requests to the HTTP APIs of Prometheus and Alertmanager."""

from typing import Any

import requests

from rollout.errors import Unreachable
from rollout.metrics.prometheus import without_credentials

TIMEOUT_SECONDS = 5.0


def get_json(url: str, path: str) -> Any:
    """The body as JSON. Raises Unreachable."""
    answer = _get(url, path)
    try:
        return answer.json()
    except ValueError as error:
        raise Unreachable(f"{shown(url, path)} does not answer with JSON") from error


def get_text(url: str, path: str) -> str:
    """Raises Unreachable."""
    return _get(url, path).text


def _get(url: str, path: str) -> requests.Response:
    try:
        answer = requests.get(url.rstrip("/") + path, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer
    except requests.RequestException as error:
        said = error.response.status_code if error.response is not None else type(error).__name__
        raise Unreachable(f"{shown(url, path)} does not answer ({said})") from error


def shown(url: str, path: str) -> str:
    """The address for a message: without a password, and without the query."""
    return without_credentials(url) + path.partition("?")[0]
