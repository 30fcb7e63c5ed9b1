"""What an experiment can measure: each metric is computed per user first, so that a user with many runs counts once.
agent/experiments/measures.py has how."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["share", "amount"]


@dataclass(frozen=True)
class Metric:
    """A share, or an amount in its `unit`. `better` is the sign of an improvement."""

    title: str
    kind: Kind
    better: Literal[1, -1]
    unit: str = ""


METRICS = {
    "completion": Metric("completed tasks", "share", 1),
    "error_rate": Metric("failed runs", "share", -1),
    "satisfaction": Metric("good ratings", "share", 1),
    "tokens_per_task": Metric("tokens per completed task", "amount", -1, "tokens"),
    "cost_per_task": Metric("cost per completed task", "amount", -1, "USD"),
    "latency": Metric("seconds per run", "amount", -1, "s"),
}
