"""How many users an experiment needs before anything is compared. Fixed by its definition."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from experiments.inference import size
from experiments.metric import METRICS
from experiments.schema import ExperimentPolicy

LEAST, ADVISED = 500, 2_000
"""Users of each variant, whatever the calculation says."""

LEAST_FOR_HARM = 100
"""Users of each variant before a guardrail is looked at: of fewer, a mean is not yet normally distributed."""


@dataclass(frozen=True)
class Plan:
    """The users that the control and the treatment need. `needs` is what each metric needs, both variants together;
    `units_of` is the same of each variant, and at least LEAST_FOR_HARM."""

    units: tuple[int, int]
    needs: tuple[tuple[str, int], ...]
    units_of: Mapping[str, tuple[int, int]]

    @property
    def total(self) -> int:
        """The users of both."""
        return sum(self.units)

    @property
    def is_advised(self) -> bool:
        """Whether each variant has as many users as is advised."""
        return min(self.units) >= ADVISED

    def days(self, users_a_day: float, shares: tuple[float, float]) -> int:
        """The whole days that it takes with so many new users a day."""
        return math.ceil(self.total / (users_a_day * sum(shares)))


def plan(policy: ExperimentPolicy) -> Plan:
    """The largest need of all metrics, and at least 500 users of each variant."""
    control, treatment = policy.shares
    parts = (control / (control + treatment), treatment / (control + treatment))
    needs = tuple((name, math.ceil(need)) for name, need in _needs(policy, parts))
    total = max(LEAST / min(parts), *(need for _, need in needs))
    units_of = {name: _split(max(need, LEAST_FOR_HARM / min(parts)), parts) for name, need in needs}
    return Plan(_split(total, parts), needs, units_of)


def _split(total: float, parts: tuple[float, float]) -> tuple[int, int]:
    return math.ceil(round(total * parts[0], 6)), math.ceil(round(total * parts[1], 6))


def _needs(policy: ExperimentPolicy, parts: tuple[float, float]) -> Iterator[tuple[str, float]]:
    times = size.for_any_look(policy.significance, policy.power) if policy.sequential else 1.0
    errors = (policy.significance, policy.power)
    primary = policy.primary
    if METRICS[primary.metric].kind == "share":
        after = primary.level + METRICS[primary.metric].better * primary.effect
        yield primary.metric, times * size.for_share(primary.level, after, parts, *errors)
    else:
        yield primary.metric, times * size.for_amount(primary.spread, primary.effect, parts, *errors)
    for each in policy.guardrails:  # shown to be within what is allowed, if nothing changes
        allowed = each.allow if METRICS[each.metric].kind == "share" else each.allow * each.level
        yield each.metric, times * size.for_amount(each.spread, allowed, parts, *errors)
