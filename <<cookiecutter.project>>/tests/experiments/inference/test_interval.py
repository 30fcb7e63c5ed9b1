"""Intervals: the fixed one against the textbook, the sequence against its own promise."""

import math
import random

import pytest

from experiments.inference.contrast import Contrast
from experiments.inference.interval import fixed, p_value, sequence, tuned, widening

FOUND = Contrast(0.03, 0.0001, 4_000)


def test_a_fixed_interval_is_the_difference_and_1_96_standard_errors() -> None:
    found = fixed(FOUND, 0.05)
    assert (found.low, found.high) == pytest.approx((0.03 - 0.0195996, 0.03 + 0.0195996), abs=1e-6)


def test_p_is_that_of_the_normal_distribution() -> None:
    assert p_value(Contrast(1.959964, 1.0, 10)) == pytest.approx(0.05, abs=1e-6)
    assert p_value(Contrast(2.575829, 1.0, 10)) == pytest.approx(0.01, abs=1e-6)
    assert (p_value(Contrast(0.0, 0.0, 10)), p_value(Contrast(0.1, 0.0, 10))) == (1.0, 0.0)


def test_a_sequence_is_the_papers() -> None:
    """The formula of Waudby-Smith et al. as it is printed, in the variance of one user."""
    units, alpha, rho = FOUND.units, 0.05, math.sqrt(tuned(0.05) / 5_000)
    sigma = math.sqrt(FOUND.variance * units)
    printed = sigma * math.sqrt(
        2 * (units * rho**2 + 1) / (units**2 * rho**2) * math.log(math.sqrt(units * rho**2 + 1) / alpha)
    )
    assert sequence(FOUND, alpha, 5_000).high - FOUND.difference == pytest.approx(printed, rel=1e-12)


def test_a_sequence_is_narrowest_near_the_plan_and_then_3_standard_errors_wide() -> None:
    assert widening(0.05) == pytest.approx(3.035, abs=0.001)
    at_plan = sequence(FOUND, 0.05, FOUND.units)
    assert (at_plan.high - FOUND.difference) / 0.01 == pytest.approx(widening(0.05))
    for other in (FOUND.units / 4, FOUND.units * 4):
        assert sequence(FOUND, 0.05, other).high > at_plan.high


def test_a_sequence_holds_at_every_look_and_a_fixed_interval_does_not() -> None:
    """400 experiments without a difference, 20 looks each; `make bench` does 2,000."""
    chance = random.Random(3)  # noqa: S311  a simulation
    looks, each = 20, 200
    missed_fixed = missed_sequence = 0
    for _ in range(400):
        total, is_missed_fixed, is_missed_sequence = 0.0, False, False
        for look in range(1, looks + 1):
            total += chance.gauss(0, math.sqrt(each))
            units = look * each
            found = Contrast(total / units, 1 / units, units)
            is_missed_fixed |= not fixed(found, 0.05).low <= 0 <= fixed(found, 0.05).high
            interval = sequence(found, 0.05, looks * each)
            is_missed_sequence |= not interval.low <= 0 <= interval.high
        missed_fixed, missed_sequence = missed_fixed + is_missed_fixed, missed_sequence + is_missed_sequence
    assert missed_fixed / 400 > 0.18
    assert missed_sequence / 400 <= 0.05
