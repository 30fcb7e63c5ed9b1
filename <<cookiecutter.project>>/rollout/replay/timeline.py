"""What Prometheus saw of an incident: when each alert began to fire, and the signals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from rollout.metrics.ranges import matrix

FIRING = 'ALERTS{alertstate="firing", alertname!="Watchdog"}'

Series = Sequence[tuple[float, float]]
"""Times in epoch seconds, with values."""


@dataclass(frozen=True)
class Timeline:
    """`fired` is when each alert of a release (its name, the release) was first seen to fire, in epoch seconds."""

    fired: Mapping[tuple[str, str], float]

    @classmethod
    def ask(cls, url: str, begin: float, end: float, step_seconds: float) -> Self:
        """Raises Unreachable."""
        return cls(first_seen(matrix(url, FIRING, begin, end, step_seconds)))


def signal(url: str, promql: str, begin: float, end: float, step_seconds: float) -> Series:
    """The values of a query with one series; nothing without any. Raises Unreachable."""
    found = matrix(url, promql, begin, end, step_seconds)
    return [(float(time), float(value)) for each in found[:1] for time, value in each["values"]]


def first_seen(found: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], float]:
    seen = dict[tuple[str, str], float]()
    for each in found:
        key, times = key_of(each["metric"]), [float(time) for time, _ in each["values"]]
        seen[key] = min([*times, seen.get(key, times[0])])
    return seen


def key_of(labels: Mapping[str, str]) -> tuple[str, str]:
    """An alert's name and its release: the one that it blames, or the one that it is about."""
    release = labels.get("about") or labels.get("release") or "none"
    return labels["alertname"], "" if release == "none" else release
