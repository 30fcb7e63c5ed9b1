"""How far a difference may be from the truth by chance: for one look, and for any number of them."""

import math
from dataclasses import dataclass
from statistics import NormalDist

from experiments.inference.contrast import Contrast

NORMAL = NormalDist()


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, both in the metric's unit."""

    low: float
    high: float


def fixed(found: Contrast, significance: float) -> Interval:
    """A confidence interval. It holds for one look, at the planned number of users; peeking makes it false."""
    return _around(found, NORMAL.inv_cdf(1 - significance / 2) * math.sqrt(found.variance))


def sequence(found: Contrast, significance: float, planned_units: float) -> Interval:
    """An asymptotic confidence sequence (Waudby-Smith et al., 2021): it holds at every look at once. It is narrowest
    near `planned_units`, which must be fixed before."""
    rho = tuned(significance) / planned_units  # the square of the paper's rho
    grown = found.units * rho
    scale = 2 * (grown + 1) / grown * math.log(math.sqrt(grown + 1) / significance)
    return _around(found, math.sqrt(found.variance * scale))


def tuned(significance: float) -> float:
    """Users x rho squared, where the sequence is narrowest."""
    return -2 * math.log(significance) + math.log(-2 * math.log(significance) + 1)


def widening(significance: float) -> float:
    """The half-width of the sequence at the planned number of users, in standard errors: 3.04 at 5 %."""
    grown = tuned(significance)
    return math.sqrt(2 * (grown + 1) / grown * math.log(math.sqrt(grown + 1) / significance))


def p_value(found: Contrast) -> float:
    """The two-sided p of no difference, for one look."""
    if not found.variance:
        return 0.0 if found.difference else 1.0
    return math.erfc(abs(found.difference) / math.sqrt(2 * found.variance))


def _around(found: Contrast, half: float) -> Interval:
    return Interval(found.difference - half, found.difference + half)
