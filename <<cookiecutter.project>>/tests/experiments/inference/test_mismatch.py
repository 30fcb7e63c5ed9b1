"""The check of the split."""

import pytest

from experiments.inference.mismatch import CERTAIN, mismatch_p


def test_p_is_that_of_the_chi_square_table() -> None:
    assert mismatch_p((1_062, 938), (0.5, 0.5)) == pytest.approx(0.00556, abs=1e-5)
    assert mismatch_p((5, 5), (0.5, 0.5)) == 1.0
    assert mismatch_p((0, 0), (0.5, 0.5)) == 1.0


def test_the_critical_values_are_the_published_ones() -> None:
    """3.841 and 10.828 with one degree of freedom."""
    for chi_square, p in ((3.841459, 0.05), (10.827566, 0.001)):
        off = (chi_square * 10**8) ** 0.5 / 2
        assert mismatch_p((round(5 * 10**7 + off), round(5 * 10**7 - off)), (0.5, 0.5)) == pytest.approx(p, rel=1e-3)


def test_51_to_49_is_a_mismatch_with_enough_users() -> None:
    assert mismatch_p((20_400, 19_600), (0.5, 0.5)) < CERTAIN
    assert mismatch_p((510, 490), (0.5, 0.5)) > 0.5


def test_the_shares_need_not_be_equal_nor_everybody() -> None:
    assert mismatch_p((9_500, 500), (0.95, 0.05)) == 1.0
    assert mismatch_p((9_500, 500), (0.19, 0.01)) == pytest.approx(1.0)
    assert mismatch_p((9_500, 500), (0.9, 0.1)) < CERTAIN
