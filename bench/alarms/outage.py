"""An outage of the model's API during a rollout: whether ErrorRateHigh blames the new release."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from bench.alarms.rules import CERTAINTY, is_sure
from bench.judgement.traffic import LOOK_SECONDS, poisson
from bench.judgement.windows import Sums

USUAL = 0.003
"""The share of requests that fails without an outage."""

BEFORE, STEP, END = -900, 600, 1800
"""Seconds from the shift to the first step; all requests go to the new release after that step."""

MINUTE = 60 // LOOK_SECONDS
WINDOW, HELD, COMPARED_MINUTES = 5 * MINUTE, MINUTE, 30


@dataclass(frozen=True)
class Outage:
    """From `begins` seconds after the shift, for `lasts` seconds, this share of the requests fails: to both releases,
    or only to the new one, which gets `first` of the requests in its first step."""

    requests_per_second: float
    share: float
    begins: int
    lasts: int
    first: float
    is_of_both: bool = True

    def counts(self, rng: random.Random, *, new: bool) -> tuple[list[int], list[int]]:
        """A release's errors and answers in each look."""
        edges = sorted({BEFORE, 0, STEP, self.begins, self.begins + self.lasts, END})
        bad, good = [], []
        for begin, end in pairwise(edges):
            weight = 0.0 if begin < 0 else self.first if begin < STEP else 1.0
            requests = self.requests_per_second * LOOK_SECONDS * (weight if new else 1 - weight)
            is_hit = self.begins <= begin < self.begins + self.lasts and (new or self.is_of_both)
            failing, looks = self.share if is_hit else USUAL, (end - begin) // LOOK_SECONDS
            bad.append(poisson(rng, requests * failing, looks))
            good.append(poisson(rng, requests * (1 - failing), looks))
        errors, others = list(chain(*bad)), list(chain(*good))
        return errors, [error + other for error, other in zip(errors, others, strict=True)]


def above_others(weighted: float, of_others: float) -> float:
    """Standard deviations by which a release fails more often than the others in the same minutes."""
    return 2 * (math.sqrt(weighted + 0.375) - math.sqrt(of_others + 0.375))


def is_blamed(bad: float, total: float, weighted: float, of_others: float) -> bool:
    """The condition of ErrorRateHigh, if the model's API causes all errors: `bad` of `total` of its own window, and
    the sums over the minutes."""
    return is_sure(0.01, bad, total) and (not of_others > 0 or above_others(weighted, of_others) > CERTAINTY)


def weighted(
    own: Sequence[int], total: Sequence[int], others: Sequence[int], others_total: Sequence[int]
) -> tuple[list[float], list[float]]:
    """In each minute: the release's errors by the others' share of the requests, and theirs by its own share."""
    minutes = [
        (bad * rest / (count + rest), other * count / (count + rest)) if count + rest else (0.0, 0.0)
        for bad, count, other, rest in zip(*map(by_minute, (own, total, others, others_total)), strict=True)
    ]
    return [mine for mine, _ in minutes], [theirs for _, theirs in minutes]


def by_minute(counts: Sequence[int]) -> list[int]:
    return [sum(counts[start : start + MINUTE]) for start in range(0, len(counts), MINUTE)]


def blamed_after_seconds(outage: Outage, seed: int) -> int | None:
    """When ErrorRateHigh fires for the new release, after both it and the outage began; None if never."""
    rng = random.Random(seed)  # noqa: S311  draws counts, keeps no secret
    bad, total = outage.counts(rng, new=True)
    others, others_total = outage.counts(rng, new=False)
    mine, theirs = (Sums(each).each(COMPARED_MINUTES) for each in weighted(bad, total, others, others_total))
    held = 0
    for look, (failed, count) in enumerate(zip(Sums(bad).each(WINDOW), Sums(total).each(WINDOW), strict=True)):
        minute = (look + 1) // MINUTE - 1  # the last whole one
        compared = (mine[minute], theirs[minute]) if minute >= 0 else (0.0, 0.0)
        held = held + 1 if is_blamed(failed, count, *compared) else 0
        if held > HELD:
            return BEFORE + (look + 1) * LOOK_SECONDS - max(0, outage.begins)
    return None


def all_blamed(outage: Outage, seeds: Iterable[int]) -> list[int | None]:
    return [blamed_after_seconds(outage, seed) for seed in seeds]
