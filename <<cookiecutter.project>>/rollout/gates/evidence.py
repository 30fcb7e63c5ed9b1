"""The evidence that a release is above a limit: a number of standard deviations, computed from counts. Pure; closed
forms only.

For a release exactly at its limit, the number is approximately standard normal: by chance, one measurement in 14,000
reaches 3.8. It is negative within the limit. There is no minimum number of samples: few samples give little evidence,
but four failures of four are enough against a limit of 5 %.
"""

import math

MOST = 99.0
"""The highest evidence. JSON has no infinity."""

HALF = 0.5
"""Yates's continuity correction. Counts are whole numbers, so "7 or more" starts at 6.5; without this, small counts
give too much evidence."""

ANSCOMBE = 0.375
"""Added to a count, this makes the variance of its square root constant from few on."""


def share(bad: float, total: float, limit: float) -> float:
    """`bad` of `total` against a limit of 0..1: 3/2 ((bad - 1/2)^2/3 - expected^2/3) / expected^1/6, where
    expected = limit x total.

    A power of a Poisson count is approximately normal. The square root makes the variance constant (Bartlett, The
    square root transformation in analysis of variance, 1936; Anscombe, The transformation of Poisson, binomial and
    negative-binomial data, 1948). The power of 2/3 removes the skewness (Anscombe 1953; McCullagh and Nelder,
    Generalized Linear Models, 2.4.2), so it also holds for the small counts of a service with little traffic.
    """
    expected = limit * total
    if expected <= 0:
        return MOST if bad > 0 else 0.0
    counted = max(bad - HALF, min(bad, expected))
    return bounded(1.5 * (counted ** (2 / 3) - expected ** (2 / 3)) / expected ** (1 / 6))


def enough(total: float, limit: float, certainty: float) -> float:
    """The number of bad ones at which `share` equals `certainty`: its formula, solved for `bad`. Can be more than
    `total`."""
    expected = limit * total
    return HALF + math.pow(expected ** (2 / 3) + certainty * expected ** (1 / 6) / 1.5, 1.5)


def against_stable(bad: float, total: float, stable_bad: float, stable_total: float, times: float) -> float:
    """`bad` of `total` against `times` x stable's share: the signed root of the likelihood ratio.

    If the canary's share is exactly `times` stable's, each bad request is the canary's with probability r / (1 + r),
    where r = times x total / stable_total (Przyborowski and Wilenski, Homogeneity of results in testing samples from
    Poisson series, 1940). The root is approximately normal (Wilks 1938). It is 0 if either release has no requests.
    """
    if not total or not stable_total or not bad + stable_bad:
        return 0.0
    ratio = times * total / stable_total
    expected = (bad + stable_bad) * ratio / (1 + ratio)
    stable_expected = (bad + stable_bad) - expected
    counted = max(bad - HALF, min(bad, expected))
    deviance = 2 * (_log_ratio(counted, expected) + _log_ratio(bad + stable_bad - counted, stable_expected))
    return bounded(math.copysign(math.sqrt(max(0.0, deviance)), counted - expected))


def above_stable(weighted: float, stable_weighted: float) -> float:
    """Two sums that are equal if both releases fail alike: 2 (root(a + 3/8) - root(b + 3/8)), the square roots of two
    Poisson counts (Anscombe 1948). The weights are each other's share, so the variance is that of one count."""
    return bounded(2 * (math.sqrt(weighted + ANSCOMBE) - math.sqrt(stable_weighted + ANSCOMBE)))


def enough_against_stable(
    total: float, stable_bad: float, stable_total: float, times: float, certainty: float
) -> float:
    """The number of bad ones at which `against_stable` equals `certainty`, found by bisection. Can be more than
    `total`; infinite if either release has no requests."""
    if not total or not stable_total:
        return math.inf
    few, many = 0.0, max(1.0, total)
    while against_stable(many, total, stable_bad, stable_total, times) < certainty:
        few, many = many, 2 * many
    for _ in range(40):
        middle = (few + many) / 2
        if against_stable(middle, total, stable_bad, stable_total, times) < certainty:
            few = middle
        else:
            many = middle
    return many


def mean(total: float, squares: float, count: float, limit: float) -> float:
    """The mean of `count` values against a limit. `total` is their sum, `squares` the sum of their squares."""
    if count < 2:
        return 0.0
    return _in_deviations(total / count - limit, variance_of_mean(total, squares, count))


def means(canary: tuple[float, float, float], stable: tuple[float, float, float], times: float) -> float:
    """The canary's mean against `times` x stable's, each as (sum, sum of squares, count): the delta method at the
    limit.

    This exceeds the certainty exactly when the lower confidence bound of the ratio exceeds `times` (Fieller, Some
    problems in interval estimation, 1954), without dividing by a mean that may be near 0.
    """
    (total, _, count), (stable_total, _, stable_count) = canary, stable
    if count < 2 or stable_count < 2:
        return 0.0
    difference = total / count - times * stable_total / stable_count
    return _in_deviations(difference, variance_of_mean(*canary) + times**2 * variance_of_mean(*stable))


def variance_of_mean(total: float, squares: float, count: float) -> float:
    """The squared standard error of the mean."""
    return max(0.0, squares - total**2 / count) / (count - 1) / count


def bounded(evidence: float) -> float:
    return max(-MOST, min(MOST, evidence))


def _log_ratio(found: float, expected: float) -> float:
    return found * math.log(found / expected) if found > 0 else 0.0


def _in_deviations(difference: float, variance: float) -> float:
    if variance <= 0:
        return math.copysign(MOST, difference) if difference else 0.0
    return bounded(difference / math.sqrt(variance))
