"""The placeholders (`$name`) in a gate's PromQL, and their values."""

import math
import re
from dataclasses import dataclass
from typing import Self

from rollout.policy.quantity import bucket_edge, promql_duration

MEANINGS = {
    "release": "the canary's release",
    "stable": "the stable release",
    "window": "the gate's window; never longer than the time since the canary was ready, plus one scrape",
    "ago": "how long ago stable last had traffic, at least 1ms; use it as `offset` for stable's value",
    "elapsed": "how long the rollout has been running",
    "slower_than": "the gate's `slower_than` as a regular expression for a bucket's `le`",
}
PLACEHOLDER = re.compile(r"\$(\w+|\{\w*\}?)")  # matches ${name} too, to reject it


@dataclass(frozen=True)
class Values:
    """The placeholders' values at one moment; durations in seconds. `judged_seconds` limits every window to the time
    since the canary was ready, so that an earlier rollout of the same release does not count."""

    release: str
    stable: str
    window_seconds: float
    ago_seconds: float
    elapsed_seconds: float
    judged_seconds: float = math.inf
    slower_than_seconds: float | None = None

    @classmethod
    def before_the_start(cls, release: str, stable: str, window_seconds: float) -> Self:
        """Values for a check before the rollout: stable has traffic, and one second has passed."""
        return cls(release, stable, window_seconds, ago_seconds=0.0, elapsed_seconds=1.0)


def unknown_in(promql: str) -> str | None:
    """A message about the first unknown placeholder, or None."""
    for name in PLACEHOLDER.findall(promql):
        if name not in MEANINGS:
            return f"unknown placeholder ${name}: use " + ", ".join(f"${known}" for known in MEANINGS)
    return None


def names_in(promql: str) -> set[str]:
    """The placeholders in an expression."""
    return set(PLACEHOLDER.findall(promql))


def names_release(promql: str) -> bool:
    """Whether the expression queries the canary, so that the same query works for stable."""
    return "release" in names_in(promql)


def fill(promql: str, values: Values) -> str:
    """The expression with its placeholders replaced."""
    texts = {
        "release": values.release,
        "stable": values.stable,
        "window": promql_duration(values.window_seconds),
        "ago": promql_duration(values.ago_seconds),
        "elapsed": promql_duration(values.elapsed_seconds),
        "slower_than": bucket_edge(values.slower_than_seconds) if values.slower_than_seconds is not None else "",
    }
    return PLACEHOLDER.sub(lambda found: texts[found[1]], promql)
