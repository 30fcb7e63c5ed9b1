"""Range queries to Prometheus: values over time."""

import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from rollout.errors import Unreachable
from rollout.metrics.http_api import get_json


def matrix(url: str, promql: str, begin: float, end: float, step_seconds: float) -> Sequence[Mapping[str, Any]]:
    """The series of a query, as Prometheus answers; times are epoch seconds. Raises Unreachable."""
    asked = {"query": promql, "start": begin, "end": end, "step": step_seconds}
    answer = get_json(url, f"/api/v1/query_range?{urlencode(asked)}")
    try:
        result: Sequence[Mapping[str, Any]] = answer["data"]["result"]
    except (KeyError, TypeError) as error:
        raise Unreachable(f"the answer is not from Prometheus: {error!r}") from error
    return result


def points(series: Mapping[str, Any]) -> list[tuple[float, float]]:
    """The times and values of one series, without those that are not finite."""
    found = [(float(time), float(value)) for time, value in series["values"]]
    return [(time, value) for time, value in found if math.isfinite(value)]
