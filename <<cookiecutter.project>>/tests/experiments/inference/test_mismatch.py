"""The check of the split."""

import math
import random

import pytest

from experiments.inference.mismatch import CERTAIN, mismatch_p


def test_p_is_that_of_the_chi_square_table() -> None:
    assert mismatch_p((1_062, 938), (0.5, 0.5)) == pytest.approx(0.00556, abs=1e-5)
    assert mismatch_p((500, 500), (0.5, 0.5)) == 1.0
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


def test_a_few_users_of_a_small_variant_are_no_mismatch() -> None:
    """Of 95 to 5, the first user of all may be one of the 5."""
    assert mismatch_p((0, 1), (0.95, 0.05)) == 1.0
    assert mismatch_p((1_000, 100), (0.95, 0.05)) == 1.0
    assert mismatch_p((5_000, 0), (0.95, 0.05)) < CERTAIN


@pytest.mark.parametrize("share", [0.5, 0.1, 0.05, 0.01])
def test_a_sound_split_is_a_mismatch_once_in_a_thousand_from_the_first_look_on(share: float) -> None:
    """The sum of the binomial distribution where p is below 0.001, at the least number of users."""
    total = round(100 / share)

    def chance(found: int) -> float:
        ways = math.lgamma(total + 1) - math.lgamma(found + 1) - math.lgamma(total - found + 1)
        return math.exp(ways + found * math.log(share) + (total - found) * math.log(1 - share))

    likely = range(min(total, 200) + 1)
    false = sum(chance(n) for n in likely if mismatch_p((total - n, n), (1 - share, share)) < CERTAIN)
    assert 0.0005 < false < 0.0015


def test_20_looks_end_about_one_sound_experiment_in_100() -> None:
    """As docs/reference/experiments.md says."""
    chance, ended = random.Random(23), 0  # noqa: S311  a simulation
    for _ in range(2_000):
        found, is_ended = 0, False
        for look in range(1, 21):
            found += chance.getrandbits(200).bit_count()
            is_ended |= mismatch_p((200 * look - found, found), (0.5, 0.5)) < CERTAIN
        ended += is_ended
    assert 5 <= ended <= 30, "of 2,000"
