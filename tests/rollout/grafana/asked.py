"""Asks a real Prometheus what Grafana would ask it."""

import json
import math
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

Series = list[dict[str, Any]]


def ask(url: str, path: str, **parameters: str) -> Series:
    """The series of an answer. Raises urllib.error.HTTPError if Prometheus cannot parse or evaluate the expression."""
    asked = urllib.request.Request(f"{url}/api/v1/{path}", urllib.parse.urlencode(parameters).encode())  # noqa: S310
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
        found: Series = json.load(answer)["data"]["result"]
    return found


def has_data(url: str, promql: str) -> bool:
    """Whether any series has a number now."""
    return any(math.isfinite(float(each["value"][1])) for each in ask(url, "query", query=promql))


def moments(url: str, promql: str, seconds: int) -> Series:
    """The series that the expression had at some moment of the last `seconds`."""
    (now,) = ask(url, "query", query="vector(time())")
    end = float(now["value"][1])
    return ask(url, "query_range", query=promql, start=str(end - seconds), end=str(end), step="0.25")


def filled(promql: str, variables: Mapping[str, str]) -> str:
    """The expression as Grafana sends it, with its variables filled in."""
    for name, value in variables.items():
        promql = promql.replace(f"${name}", value)
    assert "$" not in promql.replace('$"', ""), promql
    return promql
