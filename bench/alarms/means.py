"""The alerts on means, cost and tokens per run, in a week of healthy traffic: log-normal for each run."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from bench.alarms.chance import WEEK_SECONDS
from bench.judgement.costs import Costs
from bench.judgement.traffic import NIGHT, poisson

STEP_SECONDS = 60
WINDOW, DAY, FOR = 30, 24 * 60, 5
"""In steps: `[30m]`, `[1d]` and `for: 5m`."""

FEWEST_RUNS, FEWEST_OF_A_DAY = 30, 300
TIMES, CERTAINTY = 3.0, 3.8


def is_dear(total: float, squares: float, count: int, usual: float) -> bool:
    """The condition: the mean is above three times the usual one, with evidence."""
    if count < FEWEST_RUNS:
        return False
    mean = total / count
    deviation = math.sqrt(max(squares - total * mean, 0.0) / (count - 1) / count)
    return mean - TIMES * usual > CERTAINTY * deviation


def fires(costs: Costs, requests_per_second: float, nights: bool, seed: int) -> bool:
    """Whether it fires in a week whose runs cost the same each day, on average."""
    rng = random.Random(seed)  # noqa: S311  draws values, keeps no secret
    sums, squares, counts = (
        list(accumulate(each, initial=0)) for each in week(costs, rng, requests_per_second, nights)
    )
    held = 0
    for at in range(WINDOW, len(counts)):
        count, total = counts[at] - counts[at - WINDOW], sums[at] - sums[at - WINDOW]
        day = max(0, at - DAY)
        of_a_day = counts[at] - counts[day]
        holds = of_a_day >= FEWEST_OF_A_DAY and is_dear(
            total, squares[at] - squares[at - WINDOW], int(count), (sums[at] - sums[day]) / of_a_day
        )
        held = held + 1 if holds else 0
        if held > FOR:
            return True
    return False


def week(costs: Costs, rng: random.Random, requests_per_second: float, nights: bool) -> Iterator[Sequence[float]]:
    """Sums, sums of squares and counts of each minute; half of each day is night, if there are nights."""
    half = DAY // 2
    found: tuple[list[float], list[float], list[float]] = ([], [], [])
    for part in range(2 * WEEK_SECONDS // 86400):
        mean = requests_per_second * STEP_SECONDS * (NIGHT if nights and part % 2 else 1)
        drawn = costs.draws(rng, poisson(rng, mean, half), 1.0)
        for into, values in zip(found, drawn, strict=True):
            into.extend(values)
    return iter(found)


def weeks(costs: Costs, requests_per_second: float, nights: bool, seeds: Iterable[int]) -> list[bool]:
    """Whether it fires in each week."""
    return [fires(costs, requests_per_second, nights, seed) for seed in seeds]
