"""Whether the users were split as planned. If not, something removed or added users of one variant."""

import math

CERTAIN = 0.001
"""A p below this is a mismatch."""


def mismatch_p(exposed: tuple[int, int], shares: tuple[float, float]) -> float:
    """The p of these numbers of users if the split works: a chi-square test with one degree of freedom."""
    total, both = sum(exposed), sum(shares)
    if not total:
        return 1.0
    expected = [total * share / both for share in shares]
    chi_square = sum((found - each) ** 2 / each for found, each in zip(exposed, expected, strict=True))
    return math.erfc(math.sqrt(chi_square / 2))
