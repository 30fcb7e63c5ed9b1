"""What Prometheus has seen of a rollout: the signals of each release, the split, and the alerts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from rollout.errors import Unreachable
from rollout.metrics.http_api import get_json
from rollout.metrics.monitoring import WATCHDOG
from rollout.metrics.ranges import matrix, points
from rollout.metrics.signals import RECORDS

WEIGHT, LEASED = "agent_canary_weight_ratio", "agent_canary_leased"
MOST_POINTS = 150
"""Of one series: a chart has not many more pixels to show."""

QUERY = (
    f'{{__name__=~"{"|".join([*RECORDS, WEIGHT, LEASED])}"}} or ALERTS{{alertstate="firing",alertname!="{WATCHDOG}"}}'
)
"""One request for all of it."""

Points = list[tuple[float, float]]
"""Times in epoch seconds, with values."""


@dataclass(frozen=True)
class Fired:
    """An alert, and when it was first and last seen to fire, in epoch seconds. `release` is the one that it blames or
    is about, empty if none."""

    name: str
    release: str
    first: float
    last: float


@dataclass(frozen=True)
class Firing:
    """An alert that fires now, since an epoch second."""

    name: str
    severity: str
    release: str
    summary: str
    runbook: str
    since: float


@dataclass(frozen=True)
class Seen:
    """At an epoch second. `series` are the recorded series by name and release; `weight` is the canary's share in the
    router and `leased` whether the router follows it, None if no router shows them."""

    time: float
    series: dict[str, dict[str, Points]]
    weight: float | None
    leased: bool | None
    fired: list[Fired]
    firing: list[Firing]

    @classmethod
    def ask(cls, url: str, begin: float, end: float, now: float) -> Self:
        """Between two times in epoch seconds. Raises Unreachable."""
        step = max(1.0, round((end - begin) / MOST_POINTS))
        return cls.read(matrix(url, QUERY, begin, end, step), get_json(url, "/api/v1/alerts"), now)

    @classmethod
    def read(cls, found: Sequence[Mapping[str, Any]], alerts: Any, now: float) -> Self:
        """From Prometheus' two answers. Raises Unreachable when they are not Prometheus'."""
        try:
            named = [(str(each["metric"].get("__name__")), each["metric"], points(each)) for each in found]
            last = {name: values[-1][1] for name, _, values in named if name in (WEIGHT, LEASED) and values}
            return cls(
                time=now,
                series=by_release(named),
                weight=last.get(WEIGHT),
                leased=last[LEASED] == 1 if LEASED in last else None,
                fired=[fired(labels, values) for name, labels, values in named if name == "ALERTS" and values],
                firing=[firing(each) for each in alerts["data"]["alerts"] if fires(each)],
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Unreachable(f"the answer is not from Prometheus: {error!r}") from error


def by_release(named: Sequence[tuple[str, Mapping[str, str], Points]]) -> dict[str, dict[str, Points]]:
    """A release that has moved to the other slot has one line."""
    found: dict[str, dict[str, Points]] = {name: {} for name in RECORDS}
    for name, labels, values in named:
        if name in found and values:
            lines = found[name]
            lines[labels["release"]] = sorted([*lines.get(labels["release"], []), *values])
    return found


def fired(labels: Mapping[str, str], values: Points) -> Fired:
    return Fired(labels["alertname"], about(labels), values[0][0], values[-1][0])


def fires(alert: Mapping[str, Any]) -> bool:
    return bool(alert["state"] == "firing" and alert["labels"]["alertname"] != WATCHDOG)


def firing(alert: Mapping[str, Any]) -> Firing:
    """An entry of `/api/v1/alerts`."""
    labels, said = alert["labels"], alert["annotations"]
    return Firing(
        name=labels["alertname"],
        severity=labels.get("severity", ""),
        release=about(labels),
        summary=said.get("summary", ""),
        runbook=said.get("runbook", ""),
        since=datetime.fromisoformat(alert["activeAt"]).timestamp(),
    )


def about(labels: Mapping[str, str]) -> str:
    release = labels.get("about") or labels.get("release") or "none"
    return "" if release == "none" else release
