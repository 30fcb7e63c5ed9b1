"""What an experiment can measure: each metric is computed per user first, so that a user with many runs counts once."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["share", "amount"]


@dataclass(frozen=True)
class Metric:
    """`x` and `y` are SQL expressions over one user's sums; the metric is the sum of x over users by the sum of y. With
    y = 1 it is a mean over users; otherwise a ratio, whose variance takes the delta method. Users without `needs` (SQL)
    are left out. `better` is the sign of an improvement."""

    title: str
    kind: Kind
    better: Literal[1, -1]
    x: str
    y: str
    needs: str
    unit: str = ""


METRICS = {
    "completion": Metric("completed tasks", "share", 1, "1.0 * completed / runs", "1.0", "runs > 0"),
    "error_rate": Metric("failed runs", "share", -1, "1.0 * failed / runs", "1.0", "runs > 0"),
    "satisfaction": Metric("good ratings", "share", 1, "1.0 * good / rated", "1.0", "rated > 0"),
    "tokens_per_task": Metric(
        "tokens per completed task", "amount", -1, "1.0 * tokens", "1.0 * completed", "runs > 0", "tokens"
    ),
    "cost_per_task": Metric("cost per completed task", "amount", -1, "cost_usd", "1.0 * completed", "runs > 0", "USD"),
    "latency": Metric("seconds per run", "amount", -1, "seconds / runs", "1.0", "runs > 0", "s"),
}
