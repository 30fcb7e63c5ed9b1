"""The difference between two variants, compared within each release and then averaged."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.inference.sums import NotEnough, Sums

LEAST_IN_A_STRATUM = 100
"""Users of each variant: a release with fewer is put together with other small ones."""


NOBODY = Sums()


@dataclass(frozen=True)
class Pair:
    """The sums of the control and of the treatment, of the users who first came in one release."""

    control: Sums = NOBODY
    treatment: Sums = NOBODY

    def __add__(self, other: "Pair") -> "Pair":
        return Pair(self.control + other.control, self.treatment + other.treatment)

    @property
    def units(self) -> int:
        """The users of both."""
        return self.control.n + self.treatment.n

    @property
    def is_large(self) -> bool:
        """Whether it has enough users of both, and a value of both: not each 100 users complete a task."""
        both = (self.control, self.treatment)
        return all(each.n >= LEAST_IN_A_STRATUM and each.is_enough for each in both)


@dataclass(frozen=True)
class Contrast:
    """Treatment - control, the variance of this difference, and the users of both."""

    difference: float
    variance: float
    units: int


def contrast(pairs: Sequence[Pair], factor: float = 1.0) -> Contrast:
    """Treatment - `factor` x control within each pair, weighted by its users: a release that is better for everybody
    counts for neither variant. Raises NotEnough."""
    strata = joined(pairs)
    units = sum(pair.units for pair in strata)
    if not units:
        raise NotEnough("too few users")
    difference = variance = 0.0
    for pair in strata:
        weight, treatment, control = pair.units / units, pair.treatment.value, factor * pair.control.value
        if not math.isclose(treatment, control):  # what differs in the tenth digit is rounded sums
            difference += weight * (treatment - control)
        variance += weight**2 * (pair.treatment.variance + factor**2 * pair.control.variance)
    return Contrast(difference, variance, units)


def joined(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs that are large enough, and all others as one: with them, or with the largest if they are still too
    few."""
    large = sorted((pair for pair in pairs if pair.is_large), key=lambda pair: pair.units)
    rest = sum((pair for pair in pairs if not pair.is_large), Pair())
    if not rest.units:
        return large
    if not rest.is_large and large:
        return [*large[:-1], large[-1] + rest]
    return [*large, rest]
