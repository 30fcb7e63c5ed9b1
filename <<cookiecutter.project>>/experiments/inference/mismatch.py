"""Whether the users were split as planned. If not, something removed or added users of one variant."""

import math

CERTAIN = 0.001
"""A p below this is a mismatch."""

LEAST_EXPECTED = 100
"""Users of the smaller variant, as planned: of fewer, the chi-square test finds mismatches where there are none."""


def mismatch_p(exposed: tuple[int, int], shares: tuple[float, float]) -> float:
    """The p of these numbers of users if the split works: a chi-square test with one degree of freedom. It is 1 while
    there are too few users to tell."""
    total, both = sum(exposed), sum(shares)
    expected = [total * share / both for share in shares]
    if min(expected) < LEAST_EXPECTED:
        return 1.0
    chi_square = sum((found - each) ** 2 / each for found, each in zip(exposed, expected, strict=True))
    return math.erfc(math.sqrt(chi_square / 2))
