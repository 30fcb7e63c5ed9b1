"""The value and the variance of a metric, against the definition and a resampling."""

import math
import random
import statistics
from dataclasses import astuple

import pytest

from experiments.inference.sums import NotEnough, Sums, of

CHANCE = random.Random(1)  # noqa: S311  a simulation
USERS = [(CHANCE.gauss(100, 30) * runs, float(runs)) for runs in CHANCE.choices((1, 2, 5), k=400)]


def test_a_mean_has_the_mean_and_the_squared_standard_error_of_the_users() -> None:
    values = [x for x, _ in USERS]
    found = of([(x, 1.0) for x in values])
    assert found.value == pytest.approx(statistics.mean(values))
    assert found.variance == pytest.approx(statistics.variance(values) / len(values), rel=1e-12)


def test_a_ratio_has_the_variance_of_its_linearised_users() -> None:
    ratio = sum(x for x, _ in USERS) / sum(y for _, y in USERS)
    mean_y = statistics.mean(y for _, y in USERS)
    linear = [(x - ratio * y) / mean_y for x, y in USERS]
    found = of(USERS)
    assert found.value == pytest.approx(ratio)
    assert found.variance == pytest.approx(statistics.variance(linear) / len(USERS), rel=1e-9)


def test_a_ratios_variance_is_what_resampling_its_users_gives() -> None:
    chance = random.Random(2)  # noqa: S311  a simulation
    values = [of(chance.choices(USERS, k=len(USERS))).value for _ in range(400)]
    assert math.sqrt(of(USERS).variance) == pytest.approx(statistics.stdev(values), rel=0.1)


def test_two_sums_add_up() -> None:
    both, whole = of(USERS[:150]) + of(USERS[150:]), of(USERS)
    assert astuple(both) == pytest.approx(astuple(whole))


@pytest.mark.parametrize("sums", [Sums(), of([(1.0, 1.0)]), of([(1.0, 0.0), (2.0, 0.0)])])
def test_too_few_users_or_nothing_to_divide_by_has_no_value(sums: Sums) -> None:
    with pytest.raises(NotEnough):
        _ = sums.value
