"""How sure one may be that a release is beyond a limit, in standard deviations, from counts. Pure; closed forms only.

Of a release that is just at its limit, each number is about standard normal: chance gives 3.8 and more in one look of
14,000. Negative: within the limit. No floor of samples is needed: few samples are little evidence, and four failures of
four are enough against a limit of 5 %.
"""

import math

MOST = 99.0
"""Where the formula says infinite. JSON has no infinity."""

HALF = 0.5
"""A count is whole: "7 and more" begins half way from 6. Yates's correction, without which few counts look too sure."""


def share(bad: float, total: float, limit: float) -> float:
    """`bad` of `total` against a share of 0..1: 3/2 ((bad - 1/2)^2/3 - expected^2/3) / expected^1/6, where
    expected = limit x total.

    A power of a Poisson count is nearly normal: the square root has the same spread whatever the mean (Bartlett, The
    square root transformation in analysis of variance, 1936; Anscombe, The transformation of Poisson, binomial and
    negative-binomial data, 1948); the power of 2/3 is the one without skew (Anscombe 1953; McCullagh and Nelder,
    Generalized Linear Models, 2.4.2), and so also holds for the few counts of a small service.
    """
    expected = limit * total
    if expected <= 0:
        return MOST if bad > 0 else 0.0
    counted = max(bad - HALF, min(bad, expected))
    return bounded(1.5 * (counted ** (2 / 3) - expected ** (2 / 3)) / expected ** (1 / 6))


def enough(total: float, limit: float, certainty: float) -> float:
    """How many of `total` are bad where `share` is just `certainty`: its formula, solved for `bad`. It may be more than
    `total`."""
    expected = limit * total
    return HALF + math.pow(expected ** (2 / 3) + certainty * expected ** (1 / 6) / 1.5, 1.5)


def against_stable(bad: float, total: float, stable_bad: float, stable_total: float, times: float) -> float:
    """`bad` of `total` against `times` x the share that stable has: the signed root of the likelihood ratio.

    If the canary's share is just `times` stable's, each bad answer of the two is the canary's with the chance
    r / (1 + r), r = times x total / stable_total (Przyborowski and Wilenski, Homogeneity of results in testing samples
    from Poisson series, 1940); the root is about normal (Wilks 1938). Without a request on either side it is 0.
    """
    if not total or not stable_total or not bad + stable_bad:
        return 0.0
    ratio = times * total / stable_total
    expected = (bad + stable_bad) * ratio / (1 + ratio)
    stable_expected = (bad + stable_bad) - expected
    counted = max(bad - HALF, min(bad, expected))
    deviance = 2 * (_surprise(counted, expected) + _surprise(bad + stable_bad - counted, stable_expected))
    return bounded(math.copysign(math.sqrt(max(0.0, deviance)), counted - expected))


def enough_against_stable(
    total: float, stable_bad: float, stable_total: float, times: float, certainty: float
) -> float:
    """How many of `total` are bad where `against_stable` is just `certainty`, by halving: it rises with `bad`. It may
    be more than `total`; infinite where one of the two has no request, and nothing is evidence."""
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
    """A mean against a number, from the sum of its values, of their squares, and how many they are."""
    if count < 2:
        return 0.0
    return _in_deviations(total / count - limit, variance_of_mean(total, squares, count))


def means(canary: tuple[float, float, float], stable: tuple[float, float, float], times: float) -> float:
    """A mean against `times` x stable's, each as (sum, sum of squares, count): the delta method at the limit.

    The ratio's lower bound is above `times` just when this is above the certainty (Fieller, Some problems in interval
    estimation, 1954): no division by a mean that may be small.
    """
    (total, _, count), (stable_total, _, stable_count) = canary, stable
    if count < 2 or stable_count < 2:
        return 0.0
    apart = total / count - times * stable_total / stable_count
    return _in_deviations(apart, variance_of_mean(*canary) + times**2 * variance_of_mean(*stable))


def variance_of_mean(total: float, squares: float, count: float) -> float:
    """The square of the mean's standard error."""
    return max(0.0, squares - total**2 / count) / (count - 1) / count


def bounded(evidence: float) -> float:
    return max(-MOST, min(MOST, evidence))


def _surprise(found: float, expected: float) -> float:
    return found * math.log(found / expected) if found > 0 else 0.0


def _in_deviations(apart: float, variance: float) -> float:
    if variance <= 0:
        return math.copysign(MOST, apart) if apart else 0.0
    return bounded(apart / math.sqrt(variance))
