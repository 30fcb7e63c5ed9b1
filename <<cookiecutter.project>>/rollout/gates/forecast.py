"""What a policy can do with a given traffic: how long each step takes, and what is seen at it, and when. Pure.

It reckons with means, so half of all rollouts take longer. A later step sees earlier, since its windows still hold what
came before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rollout.gates import evidence
from rollout.gates.weigh import FEWEST_BAD
from rollout.policy.plan import Gate, Plan, Step, Weighed, floor, longest_seconds

TIMES_THE_LIMIT = (2, 4, 10, 50)


@dataclass(frozen=True)
class Sight:
    """When a gate takes back a release of which this share is bad, 0..1; None: its windows hold too little evidence."""

    share: float
    seconds: float | None


@dataclass(frozen=True)
class StepForecast:
    """One step: when it passes, or which gates would never have enough samples to pass it in time."""

    step: Step
    seconds: float
    short: Sequence[tuple[Gate, float]]  # with how many samples each would have
    seen: Sequence[tuple[Gate, Sequence[Sight]]]


def forecast(plan: Plan, requests_per_second: float) -> list[StepForecast]:
    """Each step at so many requests a second to the whole service."""
    return [step_at(plan, step, requests_per_second) for step in plan.steps]


def step_at(plan: Plan, step: Step, requests_per_second: float) -> StepForecast:
    rate = requests_per_second * step.weight
    times, short = [step.hold_seconds, plan.settle_seconds], []
    for gate in plan.gates:
        most = rate * min(longest_seconds(gate), plan.decide_within_seconds)
        if most < floor(gate, step):
            short.append((gate, most))
        else:
            times.append(floor(gate, step) / rate)
    seen = [(gate, sights(gate, rule, rate)) for gate in plan.gates if (rule := gate.weighed) and sighted(gate)]
    return StepForecast(step, max(times), short, seen)


def sighted(gate: Gate) -> bool:
    """Whether it has a share of its own to be above."""
    rule = gate.weighed
    return rule is not None and rule.kind == "share" and not rule.before and gate.limit.value > 0


def sights(gate: Gate, rule: Weighed, rate: float) -> list[Sight]:
    shares = sorted({min(1.0, times * gate.limit.value) for times in TIMES_THE_LIMIT})
    return [Sight(share, seconds_to_see(share, gate.limit.value, rule, rate)) for share in shares]


def seconds_to_see(share: float, limit: float, rule: Weighed, rate: float) -> float | None:
    """Until what is to be expected is evidence enough, by halving: the more requests, the surer."""
    few, many = FEWEST_BAD / share, rate * rule.windows_seconds[-1]
    if few > many or share * many < evidence.enough(many, limit, rule.certainty):
        return None
    for _ in range(50):
        middle = (few + many) / 2
        if share * middle < evidence.enough(middle, limit, rule.certainty):
            few = middle
        else:
            many = middle
    return many / rate
