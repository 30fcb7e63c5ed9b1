"""How many users are needed, against published tables."""

import math
import random
from statistics import NormalDist

import pytest

from experiments.inference import size
from experiments.inference.contrast import Contrast, Pair, contrast
from experiments.inference.interval import p_value
from experiments.inference.sums import Sums

NORMAL = NormalDist()
HALVES = (0.5, 0.5)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(0.80, 0.85, 903), (0.70, 0.75, 1_248), (0.95, 0.96, 6_743), (0.5, 0.6, 385), (0.10, 0.05, 432)],
)
def test_shares_need_the_published_numbers_of_each_variant(before: float, after: float, expected: int) -> None:
    """With unpooled variances, without continuity correction; two-sided 5 %, power 80 %."""
    assert math.ceil(size.for_share(before, after, HALVES, 0.05, 0.8) / 2) == expected


@pytest.mark.parametrize("shares", [HALVES, (0.95, 0.05), (0.2, 0.8)])
@pytest.mark.parametrize(("before", "after"), [(0.8, 0.85), (0.2, 0.25), (0.05, 0.03), (0.1, 0.15)])
def test_the_planned_power_is_that_of_the_interval_that_decides(
    before: float, after: float, shares: tuple[float, float]
) -> None:
    users = size.for_share(before, after, shares, 0.05, 0.8)
    both = [users_with(round(users * part), share) for part, share in zip(shares, (before, after), strict=True)]
    found = contrast([Pair(*both)])
    reached = abs(found.difference) / math.sqrt(found.variance) - NORMAL.inv_cdf(0.975)
    assert NORMAL.cdf(reached) == pytest.approx(0.8, abs=0.01)


def users_with(users: int, share: float) -> Sums:
    """As many users as expected complete their task."""
    done = users * share
    return Sums(users, done, users, done, users, done)


def test_an_amount_needs_the_published_number() -> None:
    """Half a standard deviation: 63 of each variant (Cohen, with the normal distribution)."""
    assert math.ceil(size.for_amount(1.0, 0.5, HALVES, 0.05, 0.8) / 2) == 63


def test_a_small_share_costs_users() -> None:
    assert size.for_amount(1, 0.5, (0.95, 0.05), 0.05, 0.8) == pytest.approx(
        size.for_amount(1, 0.5, HALVES, 0.05, 0.8) * 0.25 / (0.95 * 0.05)
    )


def test_the_planned_power_is_the_real_one() -> None:
    chance = random.Random(4)  # noqa: S311  a simulation
    units, found = size.for_amount(1.0, 0.1, HALVES, 0.05, 0.8), 0
    for _ in range(4_000):
        variance = 4 / units
        found += p_value(Contrast(chance.gauss(0.1, math.sqrt(variance)), variance, round(units))) < 0.05
    assert found / 4_000 == pytest.approx(0.8, abs=0.02)


def test_looks_at_any_time_cost_twice_the_users() -> None:
    assert size.for_any_look(0.05, 0.8) == pytest.approx(1.91, abs=0.01)
