"""Instant queries to Prometheus. Each returns a number, or raises an error that says why there is none."""

import ast
import json
import math
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import requests
import urllib3
from prometheus_api_client.exceptions import PrometheusApiClientException
from prometheus_api_client.prometheus_connect import PrometheusConnect

from rollout.errors import ManySeries, MetricsError, NoData, NotFinite, QueryRejected, Unreachable
from rollout.metrics.questions import Answer, Question, one_by_one

T = TypeVar("T")
PATIENT_SECONDS = 10.0
"""A busy server may take this long while no lease depends on the answer."""

QUESTION_LABEL = "rollout_question"
"""The label that identifies each question's series in the result of a combined query."""

# The client's message for a status other than 200: the status, and the repr of the body.
OTHER_STATUS = re.compile(r"HTTP Status Code (\d+) \((b.*)\)", re.DOTALL)
ABOUT_THE_QUERY = frozenset({"bad_data", "execution"})
MALFORMED = (AttributeError, IndexError, KeyError, TypeError)


class Prometheus:
    """The server at `url`. Never retries and never waits longer than `timeout_seconds`: the engine counts errors, and
    the lease would expire while a client retries."""

    def __init__(self, url: str, timeout_seconds: float = PATIENT_SECONDS) -> None:
        self.url = url.rstrip("/")
        self._name = without_credentials(self.url)
        self._connection = PrometheusConnect(
            url=self.url,
            retry=urllib3.Retry(0, read=False),  # with read retries, a timeout would not raise a timeout error
            timeout=timeout_seconds,  # type: ignore[arg-type]  # requests takes fractions of a second
        )

    def value(self, promql: str, ago_seconds: float = 0.0) -> float:
        """The number that `promql` evaluates to, `ago_seconds` in the past. Raises NoData, NotFinite, ManySeries,
        QueryRejected or Unreachable."""
        return self._query(promql, one_number, ago_seconds)

    def values(self, promql: str, by: str, ago_seconds: float = 0.0) -> dict[str, float]:
        """Like `value`, for several series: one number for each value of the label `by`; "" for a series without it."""
        return self._query(promql, lambda result: numbers(result, by), ago_seconds)

    def several(self, questions: Mapping[str, Question], ago_seconds: float = 0.0) -> dict[str, Answer]:
        """An answer for each question, with one combined query. If Prometheus rejects it, with one query for each, to
        find out which is wrong. Raises Unreachable."""
        combined = " or ".join(
            f'label_replace({question.promql}, "{QUESTION_LABEL}", "{key}", "", "")'
            for key, question in questions.items()
        )
        try:
            return self._query(combined, lambda result: answers(result, questions), ago_seconds)
        except QueryRejected:
            return one_by_one(questions, self.value, self.values, ago_seconds)

    def labels(self, promql: str, label: str) -> list[str]:
        """The values of one label in all series of the result. Raises QueryRejected or Unreachable."""
        return self._query(promql, lambda result: [series["metric"].get(label, "") for series in result])

    def _query(self, promql: str, read: Callable[[Any], T], ago_seconds: float = 0.0) -> T:
        # Without `time`, Prometheus uses its own clock.
        at = {"time": f"{time.time() - ago_seconds:.3f}"} if ago_seconds else {}
        try:
            return read(self._connection.custom_query(promql, params=at))
        except PrometheusApiClientException as error:
            raise not_200(str(error), self._name) from error
        except (requests.JSONDecodeError, *MALFORMED) as error:
            raise Unreachable(f"the answer of {self._name} is not from Prometheus") from error
        except requests.RequestException as error:
            raise Unreachable(f"{self._name} does not answer ({type(error).__name__})") from error

    def sees(self, release: str) -> bool:
        """Whether both targets of a release, its own and the router's, have been scraped: Prometheus reads its list of
        targets only every 5 s. Raises a MetricsError."""
        try:
            return self.value(f'count(count by (job) (up{{release="{release}"}}))') >= 2
        except NoData:
            return False


def one_number(result: Any) -> float:
    """A query's result in Prometheus' JSON -> its only number. Raises a MetricsError."""
    if not result:
        raise NoData("no series matches")
    if not isinstance(result[0], dict):  # a scalar is [time, value], not a list of series
        return number(result[1])
    if "values" in result[0]:
        raise QueryRejected("the expression returns a range vector: apply a function such as increase()")
    if len(result) > 1:
        raise ManySeries(f"{len(result)} series where one was expected: aggregate them with sum() or max()")
    return number(result[0]["value"][1])


def numbers(result: Any, by: str) -> dict[str, float]:
    """A query's result -> its numbers by one label. Raises a MetricsError."""
    if not result:
        raise NoData("no series matches")
    if not isinstance(result[0], dict) or "values" in result[0]:
        return {"": one_number(result)}
    found = {series["metric"].get(by, ""): number(series["value"][1]) for series in result}
    if len(found) < len(result):
        raise ManySeries(f"{len(result)} series for {len(found)} values of {by}: aggregate them with sum by ({by})")
    return found


def answers(result: Any, questions: Mapping[str, Question]) -> dict[str, Answer]:
    """The result of a combined query -> the answer to each question."""
    own: dict[str, list[Any]] = {key: [] for key in questions}
    for series in result:
        own[series["metric"][QUESTION_LABEL]].append(series)
    found: dict[str, Answer] = {}
    for key, question in questions.items():
        try:
            found[key] = {"": one_number(own[key])} if question.by is None else numbers(own[key], question.by)
        except MetricsError as error:
            found[key] = error
    return found


def number(text: str) -> float:
    """A sample in Prometheus' JSON -> a finite float. Raises a MetricsError."""
    try:
        value = float(text)
    except ValueError as error:
        raise QueryRejected(f"the expression returns the text {text!r}, not a number") from error
    if math.isnan(value):
        raise NoData("the value is NaN, for example because of 0/0")
    if math.isinf(value):
        raise NotFinite("the value is infinite: the query divides by 0")
    return value


def not_200(message: str, server: str) -> QueryRejected | Unreachable:
    """The error for an HTTP status other than 200. Only Prometheus itself can say that a query is wrong; everything
    else, for example from a proxy, means that it is unreachable."""
    found = OTHER_STATUS.fullmatch(message)
    if not found:
        return Unreachable(f"{server}: {one_line(message)}")
    body = ast.literal_eval(found[2]).decode(errors="replace")
    try:
        said = json.loads(body)
        kind, message = said["errorType"], one_line(said["error"])
    except (ValueError, *MALFORMED):
        return Unreachable(f"{server} answers HTTP {found[1]}: {one_line(body)}")
    if kind in ABOUT_THE_QUERY:
        return QueryRejected(message)
    return Unreachable(f"{server} answers HTTP {found[1]}: {message}")


def one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def without_credentials(url: str) -> str:
    """http://user:password@host:9090 -> http://host:9090: messages appear in journals and reports."""
    return re.sub(r"^(\w+://)?.*@", r"\1", url)
