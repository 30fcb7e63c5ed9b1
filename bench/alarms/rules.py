"""The rules of the alerts on shares, in Python. tests/test_alarms.py compares each with the shipped one in promtool."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

CERTAINTY = 3.8
Fails = Callable[[float, float], bool]
"""(bad, total) of a window -> whether the alert's condition holds."""


@dataclass(frozen=True)
class ShareRule:
    """An alert on `bad` of `total` in a window. It fires once its condition has held for `for_seconds`. `healthy` are
    shares of bad ones for which it must stay quiet; never above the limit `at`. `sampled` is the part of the requests
    that it counts."""

    alert: str
    what: str
    window_seconds: int
    for_seconds: int
    at: float
    fails: Fails
    healthy: tuple[float, ...]
    sampled: float = 1.0


def evidence(limit: float, bad: float, total: float) -> float:
    """Standard deviations by which `bad` exceeds what the limit allows; no number (-inf) where PromQL has none."""
    allowed = limit * total
    if bad < 1 or allowed <= 0:
        return float("-inf")
    return 1.5 * (math.pow(bad - 0.5, 2 / 3) - math.pow(allowed, 2 / 3)) / math.pow(allowed, 1 / 6)


def is_sure(limit: float, bad: float, total: float) -> bool:
    """The condition of an alert that asks for evidence."""
    return evidence(limit, bad, total) > CERTAINTY


def is_above(limit: float, at_least: float, bad: float, total: float) -> bool:
    """The condition of an alert on a bare share, with a minimum of requests."""
    return total >= at_least and bad > limit * total


def sure(alert: str, what: str, window: int, for_: int, limit: float, *healthy: float) -> ShareRule:
    return ShareRule(alert, what, window, for_, limit, partial(is_sure, limit), healthy)


MINUTE, HOUR = 60, 3600
RULES = (
    sure("ErrorRateHigh", "errors", 5 * MINUTE, MINUTE, 0.01, 0.003, 0.005),
    sure("VendorFails", "errors of the model's API", 5 * MINUTE, 10 * MINUTE, 0.01, 0.003, 0.005),
    sure("MostRequestsFail", "errors", MINUTE, 0, 0.2, 0.01, 0.05),
    sure("RunsNotAnswered", "runs without an answer", 5 * MINUTE, 2 * MINUTE, 0.05, 0.01, 0.02),
    sure("LatencyHigh", "requests over 30 s", 5 * MINUTE, MINUTE, 0.01, 0.002, 0.005),
    sure("ContextTruncated", "model requests beyond the window", 10 * MINUTE, 0, 0.001, 0.0001, 0.0003),
    sure("FallbackAnswers", "answers of the fallback", HOUR, 0, 0.01, 0.001, 0.005),
    sure("ContextNearlyFull", "runs over 80 %", 10 * MINUTE, MINUTE, 0.1, 0.01, 0.05),
    # Both of its windows must be above; the longer one alone is an upper bound.
    ShareRule("ErrorBudgetBurns", "errors", HOUR, 0, 0.144, partial(is_above, 0.144, 50), (0.01, 0.03)),
    ShareRule("ErrorBudgetBurns 6h", "errors", 6 * HOUR, 0, 0.06, partial(is_above, 0.06, 50), (0.01, 0.03)),
    # Twice what was usual, which a week of ratings knows well. One request in twenty is rated.
    ShareRule("FeedbackDrops", "bad ratings", 6 * HOUR, 0, 0.1, partial(is_sure, 0.1), (0.05,), sampled=0.05),
)


def fewest(rule: ShareRule, total: int) -> int:
    """The fewest bad ones of a total with which the condition holds; total + 1 if none does."""
    return next((bad for bad in range(total + 1) if rule.fails(bad, total)), total + 1)
