"""Evidence is a number of standard deviations, whatever the counts are."""

import math
from statistics import NormalDist

import pytest

from rollout.gates import evidence


@pytest.mark.parametrize(
    ("bad", "total", "limit", "expected"),
    [
        (7, 60, 0.05, 1.75),
        (4, 4, 0.05, 3.85),
        (3, 3, 0.05, 3.21),
        (13, 60, 0.05, 4.13),
        (50, 1000, 0.05, 0.0),
        (40, 1000, 0.05, -1.46),
        (0, 60, 0.05, -2.60),
        (0, 0, 0.05, 0.0),
        (1, 10, 0.0, evidence.MOST),
        (0, 10, 0.0, 0.0),
    ],
)
def test_a_share_against_a_limit(bad: float, total: float, limit: float, expected: float) -> None:
    assert evidence.share(bad, total, limit) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("bad", "total", "stable_bad", "stable_total", "times", "expected"),
    [
        (10, 500, 0, 9500, 3, 5.83),
        (10, 100, 100, 1000, 1, 0.0),
        (30, 100, 100, 1000, 3, 0.0),
        (4, 4, 10, 1000, 3, 3.94),
        (0, 100, 10, 1000, 1, -1.38),
        (0, 100, 0, 1000, 1, 0.0),
        (5, 5, 0, 0, 3, 0.0),
    ],
)
def test_a_share_against_stable_s(
    bad: float, total: float, stable_bad: float, stable_total: float, times: float, expected: float
) -> None:
    found = evidence.against_stable(bad, total, stable_bad, stable_total, times)
    assert found == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("total", [4, 60, 1000, 40_000])
@pytest.mark.parametrize("certainty", [2, 4])
def test_enough_is_the_inverse_of_share(total: float, certainty: float) -> None:
    bad = evidence.enough(total, 0.05, certainty)
    assert evidence.share(bad, total, 0.05) == pytest.approx(certainty)


@pytest.mark.parametrize("total", [4, 60, 1000, 40_000])
@pytest.mark.parametrize(("stable_bad", "stable_total", "times"), [(0, 500, 1), (30, 1000, 3), (400, 500, 1.5)])
def test_how_many_are_enough_against_stable_is_the_same_formula(
    total: float, stable_bad: float, stable_total: float, times: float
) -> None:
    bad = evidence.enough_against_stable(total, stable_bad, stable_total, times, 3.8)
    assert evidence.against_stable(bad, total, stable_bad, stable_total, times) == pytest.approx(3.8)


@pytest.mark.parametrize(("total", "stable_total"), [(0, 100), (100, 0)])
def test_without_requests_on_either_side_nothing_is_enough(total: float, stable_total: float) -> None:
    assert evidence.enough_against_stable(total, 0, stable_total, 1, 3.8) == math.inf


def sums(values: list[float]) -> tuple[float, float, float]:
    return sum(values), sum(value**2 for value in values), len(values)


def test_a_mean_against_a_limit_is_its_distance_in_standard_errors() -> None:
    values = [3.0, 5.0] * 50
    assert evidence.mean(*sums(values), limit=3.5) == pytest.approx(0.5 / math.sqrt(100 / 99 / 100))


def test_two_means_exceed_the_limit_exactly_when_the_lower_bound_of_their_ratio_does() -> None:
    canary, stable = sums([1.0, 2.2] * 40), sums([0.5, 1.3] * 200)
    (mean, variance), (stable_mean, stable_variance) = (
        (each[0] / each[2], evidence.variance_of_mean(*each)) for each in (canary, stable)
    )
    found = evidence.means(canary, stable, times=1.5)
    # Fieller's bound: the multiple of stable's at which the evidence equals the certainty
    a = stable_mean**2 - found**2 * stable_variance
    b, c = mean * stable_mean, mean**2 - found**2 * variance
    assert (b - math.sqrt(b**2 - a * c)) / a == pytest.approx(1.5)


@pytest.mark.parametrize("few", [(0.0, 0.0, 0.0), (1.0, 1.0, 1.0)])
def test_fewer_than_two_values_give_no_evidence(few: tuple[float, float, float]) -> None:
    many = sums([1.0, 2.0] * 50)
    assert evidence.means(few, many, 1) == evidence.means(many, few, 1) == evidence.mean(*few, limit=0.1) == 0


def test_identical_values_give_the_highest_evidence_and_still_a_number() -> None:
    same, half = sums([2.0] * 50), sums([1.0] * 50)
    assert evidence.means(same, half, 1.5) == evidence.MOST
    assert evidence.means(half, same, 1.5) == -evidence.MOST
    assert evidence.means(same, half, 2) == 0


@pytest.mark.parametrize("expected", [0.15, 1.5, 3.0, 30.0])
def test_the_evidence_is_the_probability_of_the_count_in_standard_deviations(expected: float) -> None:
    """Compared with the exact tail of the Poisson distribution, for few requests and many."""
    for bad in range(2, 80):
        found = evidence.share(bad, expected / 0.05, 0.05)
        if 1 < found < 5:
            exact = 1 - sum(math.exp(-expected) * expected**many / math.factorial(many) for many in range(bad))
            assert found == pytest.approx(NormalDist().inv_cdf(1 - exact), abs=0.21), bad


def test_the_formula_in_the_docs_is_the_one_in_the_code() -> None:
    assert evidence.share.__doc__
    assert "3/2 ((bad - 1/2)^2/3 - expected^2/3) / expected^1/6" in evidence.share.__doc__
