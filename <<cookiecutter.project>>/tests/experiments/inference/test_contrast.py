"""The difference between variants, within each release."""

import pytest

from experiments.inference.contrast import LEAST_IN_A_STRATUM, Pair, contrast, joined
from experiments.inference.sums import NotEnough, Sums, of


def users(many: int, ones: int) -> Sums:
    """Users of whom some have 1, and the others 0."""
    return of([(1.0, 1.0)] * ones + [(0.0, 1.0)] * (many - ones))


def test_the_difference_is_treatment_minus_control() -> None:
    pair = Pair(users(1_000, 500), users(1_000, 550))
    found = contrast([pair])
    assert found.difference == pytest.approx(0.05)
    assert found.units == 2_000
    assert found.variance == pytest.approx((0.25 + 0.2475) / 999)


def test_a_factor_multiplies_the_control() -> None:
    pair = Pair(users(1_000, 500), users(1_000, 550))
    assert contrast([pair], 1.1).difference == pytest.approx(0.0)
    assert contrast([pair], 1.1).variance == pytest.approx((1.21 * 0.25 + 0.2475) / 999)


def test_rounded_sums_are_no_difference() -> None:
    """Equal users have no variance, so that the smallest difference would be a significant one."""
    control = Sums(9_500, 3.515000000000748, 9_500, 0.0013005500000000088, 9_500, 3.515000000000748)
    treatment = Sums(500, 0.18500000000000086, 500, 6.845000000000006e-05, 500, 0.18500000000000086)
    assert control.value != treatment.value
    assert contrast([Pair(control, treatment)]).difference == 0


def test_a_release_that_is_better_for_everybody_counts_for_neither_variant() -> None:
    """All together, the treatment looks better: more of its users came in the better release."""
    worse, better = Pair(users(900, 450), users(300, 150)), Pair(users(300, 270), users(900, 810))
    assert contrast([worse, better]).difference == pytest.approx(0.0)
    assert contrast([worse + better]).difference == pytest.approx(0.2)


def test_small_releases_are_put_together() -> None:
    few, enough = Pair(users(60, 30), users(60, 30)), Pair(users(LEAST_IN_A_STRATUM, 9), users(LEAST_IN_A_STRATUM, 9))
    assert joined([few, enough]) == [enough + few]
    assert joined([few, enough, few]) == [enough, few + few]
    assert joined([few]) == [few]


def test_a_release_without_a_completed_task_is_put_with_the_others() -> None:
    """A ratio has no value in it."""
    none = of([(1.0, 0.0)] * LEAST_IN_A_STRATUM)
    done = Pair(users(300, 9), users(300, 9))
    for broken in (Pair(users(100, 9), none), Pair(none, users(100, 9))):
        assert joined([broken, done]) == [done + broken]


def test_without_users_there_is_no_difference() -> None:
    for pairs in ([], [Pair(users(5, 1), Sums())]):
        with pytest.raises(NotEnough):
            contrast(pairs)
