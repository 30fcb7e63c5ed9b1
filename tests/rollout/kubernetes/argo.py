"""What Argo Rollouts 1.10 makes of a metric: its Prometheus provider and its evaluation of conditions, as read in its
source (metricproviders/prometheus, utils/evaluate)."""

from typing import Any

import requests

from rollout.gates.judge import Outcome
from rollout.kubernetes.gate import PASSES_WHEN, Queries

Phase = str
Result = float | list[float]
UNDECIDED = "undecided"
"""Neither a pass nor a failure: `no data` and `inconclusive` of the engine."""


def verdict(url: str, asked: Queries, arguments: dict[str, str]) -> tuple[str, float | None]:
    """What both metrics of a gate say together, and the evidence or the value of the first."""
    failing, found = measure(url, {"failureCondition": asked.fails_when}, asked.fails, arguments)
    passing, _ = measure(url, {"successCondition": PASSES_WHEN}, asked.passes, arguments)
    value = found[0] if isinstance(found, list) and found else None
    if "Error" in (failing, passing):
        return Outcome.ERROR, value
    if failing == "Failed":
        return Outcome.FAIL, value
    return (Outcome.PASS if passing == "Successful" else UNDECIDED), value


def measure(url: str, conditions: dict[str, str], query: str, arguments: dict[str, str]) -> tuple[Phase, Result | None]:
    """One measurement. An answer other than 200, and one that is no vector and no scalar, is an error."""
    for name, value in arguments.items():
        query = query.replace("{{args." + name + "}}", value)
    answer = requests.post(f"{url}/api/v1/query", data={"query": query}, timeout=10)
    if answer.status_code != 200:
        return "Error", None
    data = answer.json()["data"]
    result: Result
    if data["resultType"] == "scalar":
        result = float(data["result"][1])
    elif data["resultType"] == "vector":
        result = [float(series["value"][1]) for series in data["result"]]
    else:
        return "Error", None
    return phase(conditions, result), result


def phase(conditions: dict[str, str], result: Result) -> Phase:
    """With one condition, whatever is not a success is a failure, or the other way round."""
    try:
        held = {kind: is_true(condition, result) for kind, condition in conditions.items()}
    except (IndexError, TypeError):
        return "Error"
    if held.get("failureCondition", not held.get("successCondition", True)):
        return "Failed"
    return "Successful" if held.get("successCondition", True) else "Inconclusive"


def is_true(condition: str, result: Result) -> bool:
    """The part of expr-lang that is rendered."""
    python = condition.replace("&&", " and ")
    known: dict[str, Any] = {"result": result, "len": len}
    return bool(eval(python, {"__builtins__": {}}, known))  # noqa: S307  a condition that we rendered
