"""The evidence of means in PromQL: `gates.evidence.mean` and `means`, written out."""

from dataclasses import dataclass

from rollout.gates.evidence import MOST
from rollout.gates.weigh import FEWEST_VALUES
from rollout.kubernetes.promql import counted, either, once_each, unless, written


@dataclass(frozen=True)
class Values:
    """Expressions for the values of one release in one window: their sum, the sum of their squares, their count."""

    sum: str
    squares: str
    count: str

    @property
    def mean(self) -> str:
        return f"({once_each(self.sum, None)} / on () {counted(self.count)})"

    @property
    def variance_of_mean(self) -> str:
        count, total = counted(self.count), once_each(self.sum, None)
        deviations = f"clamp_min({once_each(self.squares, None)} - on () {total} ^ 2 / on () {count}, 0)"
        return f"({deviations} / on () ({count} - 1) / on () {count})"


def evidence(of: Values, limit: float) -> str:
    """Standard deviations above a limit, from FEWEST_VALUES values on."""
    found = f"clamp_max(({of.mean} - {written(limit)}) / on () sqrt({of.variance_of_mean}), {MOST:g})"
    return f"({found} and on () {counted(of.count)} >= {FEWEST_VALUES})"


def against(canary: Values, stable: Values, times: float) -> str:
    """Standard deviations above `times` x stable's mean, from FEWEST_VALUES values of both on."""
    difference = f"({canary.mean} - on () {written(times)} * {stable.mean})"
    variance = f"({canary.variance_of_mean} + on () {written(times**2)} * {stable.variance_of_mean})"
    found = f"clamp_max({difference} / on () sqrt({variance}), {MOST:g})"
    enough = " and on () ".join(f"{counted(each.count)} >= {FEWEST_VALUES}" for each in (canary, stable))
    return f"({found} and on () {enough} and on () {stable.mean} != 0)"


def ratio(canary: Values, stable: Values) -> str:
    """The canary's mean as a multiple of stable's; nothing without one of them, or if stable's is 0."""
    return f"({canary.mean} / on () ({stable.mean} != 0))"


def within(canary: Values, limit: float) -> str:
    """A value if the mean is within the limit, or if there are no values."""
    return either(f"({canary.mean} <= {written(limit)})", unless("vector(1)", f"({canary.count}) > 0"))


def within_ratio(canary: Values, stable: Values, times: float) -> str:
    """A value if the ratio is within `times`, or if there is none."""
    found = ratio(canary, stable)
    return either(f"({found} <= {written(times)})", unless("vector(1)", found))


def comparable(canary: Values, stable: Values, at_least: int) -> str:
    """A value if stable has enough values to compare with, and the canary's mean is not 0."""
    return f"({ratio(canary, stable)} != 0 and on () {counted(stable.count)} >= {at_least})"
