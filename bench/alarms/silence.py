"""The alerts on traffic itself, in weeks of healthy traffic: too much, none, and no success."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from itertools import accumulate

from bench.alarms.chance import WEEK_SECONDS
from bench.judgement.traffic import NIGHT, poisson

HOUR, TEN, WEEK = 60, 10, WEEK_SECONDS // 60
"""In minutes."""

TIMES, CERTAINTY, FEWEST, FOR = 3.0, 3.8, 300, 10
ENOUGH_BEFORE, FEWEST_FAILED = 180, 10


def is_tripled(now: float, usual: float) -> bool:
    """The condition of TrafficTripled, on requests an hour."""
    return now >= FEWEST and (now - TIMES * usual) / math.sqrt(now + TIMES**2 * usual) > CERTAINTY


def is_stopped(now: float, hour_before: float, last_week: float) -> bool:
    """The condition of TrafficStopped, on requests in ten minutes and in an hour."""
    return now == 0 and hour_before >= ENOUGH_BEFORE and last_week != 0


def is_without_success(requests: float, successes: float) -> bool:
    """The condition of NoSuccess, on ten minutes."""
    return successes == 0 and requests >= FEWEST_FAILED


def fires(requests_per_second: float, nights: bool, error_share: float, seed: int) -> list[str]:
    """The alerts that fire in the second of two weeks; half of each day is night, if there are nights."""
    rng = random.Random(seed)  # noqa: S311  draws counts, keeps no secret
    requests, successes = (
        list(accumulate(each, initial=0)) for each in counts(rng, requests_per_second, nights, error_share)
    )
    fired, tripled = set[str](), 0
    for at in range(WEEK, 2 * WEEK + 1):
        hour = requests[at] - requests[at - HOUR]
        before = at - WEEK
        usual = requests[before] - requests[before - HOUR] if before >= HOUR else hour
        tripled = tripled + 1 if is_tripled(hour, usual) else 0
        ten = requests[at] - requests[at - TEN]
        if tripled > FOR:
            fired.add("TrafficTripled")
        if is_stopped(
            ten, requests[at - TEN] - requests[at - TEN - HOUR], requests[before] - requests[max(0, before - TEN)]
        ):
            fired.add("TrafficStopped")
        if is_without_success(ten, successes[at] - successes[at - TEN]):
            fired.add("NoSuccess")
    return sorted(fired)


def counts(
    rng: random.Random, requests_per_second: float, nights: bool, error_share: float
) -> tuple[list[int], list[int]]:
    """Requests and successes of each minute of two weeks."""
    requests, successes = list[int](), list[int]()
    for part in range(28):
        mean = requests_per_second * 60 * (NIGHT if nights and part % 2 else 1)
        good = poisson(rng, mean * (1 - error_share), HOUR * 12)
        bad = poisson(rng, mean * error_share, HOUR * 12)
        successes += good
        requests += map(int.__add__, good, bad)
    return requests, successes


def weeks(requests_per_second: float, nights: bool, error_share: float, seeds: Iterable[int]) -> list[list[str]]:
    """The alerts of each week."""
    return [fires(requests_per_second, nights, error_share, seed) for seed in seeds]
