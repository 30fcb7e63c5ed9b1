"""How many users an experiment needs, both variants together. Shares are those of the two variants, and sum to 1."""

from statistics import NormalDist

from experiments.inference.interval import widening

NORMAL = NormalDist()
Shares = tuple[float, float]


def for_share(before: float, after: float, shares: Shares, significance: float, power: float) -> float:
    """To find that a share of `before` became `after` (0..1). Each variant has its own variance, as in the interval
    that decides: a pooled one, as in Fleiss' tables, is wrong for uneven shares."""
    control, treatment = shares
    found = NORMAL.inv_cdf(1 - significance / 2) + NORMAL.inv_cdf(power)
    return (found / (after - before)) ** 2 * (before * (1 - before) / control + after * (1 - after) / treatment)


def for_amount(deviation: float, effect: float, shares: Shares, significance: float, power: float) -> float:
    """To find a change of `effect` in a mean, or to show that it is smaller; `deviation` is between users, in the same
    unit."""
    control, treatment = shares
    found = NORMAL.inv_cdf(1 - significance / 2) + NORMAL.inv_cdf(power)
    return (found * deviation / effect) ** 2 * (1 / control + 1 / treatment)


def for_any_look(significance: float, power: float) -> float:
    """How many times as many users a sequential plan needs at most: 1.9 at 5 % and 80 %."""
    reached = NORMAL.inv_cdf(power)
    return ((widening(significance) + reached) / (NORMAL.inv_cdf(1 - significance / 2) + reached)) ** 2
