"""Simulated traffic: the requests between two measurements, and how many are bad. Seeded, and generated in bulk."""

from __future__ import annotations

import math
import random
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

LOOK_SECONDS = 5
NIGHT = 1 / 20
"""The night's share of the day's traffic; half of the time is night."""


@cache
def poisson_table(mean: float) -> tuple[range, list[float]]:
    """Possible counts, and the cumulative weight of each: for `random.choices`."""
    spread = 9 * math.sqrt(mean) + 12
    counts = range(max(0, int(mean - spread)), int(mean + spread) + 1)
    weights = [math.exp(many * math.log(mean) - mean - math.lgamma(many + 1)) for many in counts]
    return counts, list(accumulate(weights))


def poisson(rng: random.Random, mean: float, times: int) -> list[int]:
    """This many independent counts."""
    if mean == 0:
        return [0] * times
    if mean < SCATTERED_BELOW:
        return scattered(rng, mean, times)
    counts, cumulative = poisson_table(mean)
    return rng.choices(counts, cum_weights=cumulative, k=times)


SCATTERED_BELOW = 0.5


def scattered(rng: random.Random, mean: float, times: int) -> list[int]:
    """The same, faster where most counts are 0: how many there are in all, each at a place of its own."""
    counts, cumulative = poisson_table(mean * times)
    found = [0] * times
    for _ in range(rng.choices(counts, cum_weights=cumulative)[0]):
        found[int(rng.random() * times)] += 1
    return found


FINENESS = 1 << 16


@cache
def quantiles(mean: float) -> list[int]:
    """The counts that are as frequent as their shares of this list."""
    counts, cumulative = poisson_table(mean)
    return [counts[bisect_left(cumulative, cumulative[-1] * (at + 0.5) / FINENESS)] for at in range(FINENESS)]


def roughly_poisson(rng: random.Random, mean: float, times: int) -> list[int]:
    """Ten times as fast: without counts that come less than once in 130,000. Not for bad requests: it is about those
    that no such count is left out."""
    if mean < SCATTERED_BELOW:
        return poisson(rng, mean, times)
    return list(map(quantiles(mean).__getitem__, array("H", rng.randbytes(2 * times))))


@dataclass(frozen=True)
class Traffic:
    """Requests per second to the whole service, and the share of bad ones, which come in groups of `burst`."""

    requests_per_second: float
    bad_share: float
    burst: int = 1
    nights: bool = False

    def counts(self, rng: random.Random, weight: float, looks: int) -> tuple[list[int], list[int]]:
        """(bad, all) requests between two measurements, for a release with this share of the users."""
        mean = self.requests_per_second * weight * LOOK_SECONDS
        if not self.nights:
            return self._draw(rng, mean, looks)
        day, night = self._draw(rng, mean, looks // 2), self._draw(rng, mean * NIGHT, looks - looks // 2)
        return day[0] + night[0], day[1] + night[1]

    def _draw(self, rng: random.Random, mean: float, looks: int) -> tuple[list[int], list[int]]:
        bad = [many * self.burst for many in poisson(rng, mean * self.bad_share / self.burst, looks)]
        good = roughly_poisson(rng, mean * (1 - self.bad_share), looks)
        return bad, list(map(int.__add__, bad, good))


def evenly(requests_per_second: float, bad_share: float) -> Callable[[float, int], tuple[list[int], list[int]]]:
    """Bad requests by a counter and not by chance, at a constant rate: (weight, measurements) -> (bad, all)."""

    def counts(weight: float, looks: int) -> tuple[list[int], list[int]]:
        per_look = requests_per_second * weight * LOOK_SECONDS
        total = [int(per_look * (look + 1)) for look in range(looks)]
        bad = [int(many * bad_share) for many in total]
        return differences(bad), differences(total)

    return counts


def differences(sums: Sequence[int]) -> list[int]:
    return [after - before for before, after in zip([0, *sums], sums, strict=False)]
