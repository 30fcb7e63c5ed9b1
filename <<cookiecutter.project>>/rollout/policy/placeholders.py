"""The `$names` in a gate's PromQL, and what the engine writes in their place."""

import math
import re
from dataclasses import dataclass
from typing import Self

from rollout.policy.quantity import bucket_edge, promql_duration

MEANINGS = {
    "release": "the canary's release",
    "stable": "the stable release",
    "window": "the gate's window; at most the time since the canary was ready, and one scrape",
    "ago": "how long ago stable last had traffic, at least 1ms: for an `offset` that keeps the baseline",
    "elapsed": "how long the rollout has been running",
    "slower_than": "the gate's `slower_than` as a regular expression for a bucket's `le`",
}
PLACEHOLDER = re.compile(r"\$(\w+|\{\w*\}?)")  # ${name} too, only to refuse it


@dataclass(frozen=True)
class Values:
    """What stands for the placeholders at one moment. Durations in seconds. `judged_seconds` is how far back the canary
    is judged, whatever the window: to when it was ready, so that its first try does not count in its second."""

    release: str
    stable: str
    window_seconds: float
    ago_seconds: float
    elapsed_seconds: float
    judged_seconds: float = math.inf
    slower_than_seconds: float | None = None

    @classmethod
    def before_the_start(cls, release: str, stable: str, window_seconds: float) -> Self:
        """Where no rollout runs yet: stable has its traffic, and the shortest time of a rollout has passed."""
        return cls(release, stable, window_seconds, ago_seconds=0.0, elapsed_seconds=1.0)


def unknown_in(promql: str) -> str | None:
    """One sentence on the first placeholder that means nothing, or None."""
    for name in PLACEHOLDER.findall(promql):
        if name not in MEANINGS:
            return f"${name} means nothing here: use " + ", ".join(f"${known}" for known in MEANINGS)
    return None


def names_in(promql: str) -> set[str]:
    """The placeholders that stand in an expression."""
    return set(PLACEHOLDER.findall(promql))


def names_release(promql: str) -> bool:
    """Whether the expression asks about the canary, and so could be asked about stable."""
    return "release" in names_in(promql)


def fill(promql: str, values: Values) -> str:
    """The expression that Prometheus is asked."""
    texts = {
        "release": values.release,
        "stable": values.stable,
        "window": promql_duration(values.window_seconds),
        "ago": promql_duration(values.ago_seconds),
        "elapsed": promql_duration(values.elapsed_seconds),
        "slower_than": bucket_edge(values.slower_than_seconds) if values.slower_than_seconds is not None else "",
    }
    return PLACEHOLDER.sub(lambda found: texts[found[1]], promql)
