"""An upper bound of the chance that an alert fires in a week of healthy traffic, computed instead of simulated."""

from __future__ import annotations

import math

from bench.alarms.rules import ShareRule
from bench.judgement.traffic import LOOK_SECONDS

WEEK_SECONDS = 7 * 86400
LOOKS = WEEK_SECONDS // LOOK_SECONDS


def in_a_week(rule: ShareRule, requests_per_second: float, share: float) -> float:
    """The chance at one look, times the looks of a week. Alerts that last count often, and `for` is left out, so the
    true chance is lower."""
    return min(1.0, LOOKS * at_one_look(rule, requests_per_second, share))


def at_one_look(rule: ShareRule, requests_per_second: float, share: float) -> float:
    """The chance that the condition holds: bad and good requests are independent Poisson counts."""
    mean = requests_per_second * rule.sampled * rule.window_seconds
    bad_mean, good_mean = mean * share, mean * (1 - share)
    found = 0.0
    for bad in range(1, int(bad_mean + 40 * math.sqrt(bad_mean) + 100)):
        chance = probability(bad_mean, bad)
        if bad > bad_mean and chance < 1e-30:
            break
        found += chance * at_most(good_mean, most_good(rule, bad))
    return found


def most_good(rule: ShareRule, bad: int) -> int:
    """The most good requests with which so many bad ones still fail; -1 if they never do. At a limit of 0.1 % these are
    a thousand times as many as the bad ones, at most."""
    low, high = -1, int(bad / rule.at) + 1
    while low < high:
        middle = (low + high + 1) // 2
        if rule.fails(bad, bad + middle):
            low = middle
        else:
            high = middle - 1
    return low


def probability(mean: float, count: int) -> float:
    """Of exactly this Poisson count."""
    return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))


def at_most(mean: float, count: int) -> float:
    """An upper bound of the chance of this Poisson count or a lower one."""
    if count < 0:
        return 0.0
    if count >= mean:
        return 1.0
    return min(1.0, probability(mean, count) / (1 - count / mean))
