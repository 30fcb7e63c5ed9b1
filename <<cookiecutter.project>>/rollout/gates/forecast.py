"""What to expect of a policy at a given request rate: how long each step takes, and how soon it detects a bad release.
Pure.

Based on expected counts, so about half of all rollouts take longer. Later steps can detect earlier than forecast,
because their windows also contain requests from the previous step.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rollout.gates import evidence
from rollout.gates.weigh import FEWEST_BAD
from rollout.policy.plan import Gate, Plan, Step, Weighed, floor, longest_seconds

TIMES_THE_LIMIT = (2, 4, 10, 50)


@dataclass(frozen=True)
class Sight:
    """After how many seconds a gate fails if this share of requests (0..1) is bad; None if its windows never contain
    enough evidence."""

    share: float
    seconds: float | None


@dataclass(frozen=True)
class StepForecast:
    """One step: after how many seconds it passes, and the gates (`short`) that would not get enough samples in time."""

    step: Step
    seconds: float
    short: Sequence[tuple[Gate, float]]  # with the number of samples that each gets
    seen: Sequence[tuple[Gate, Sequence[Sight]]]


def forecast(plan: Plan, requests_per_second: float) -> list[StepForecast]:
    """The forecast of each step; the rate is that of the whole service, both releases together."""
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
    seen = [(gate, sights(gate, rule, rate)) for gate in plan.gates if (rule := gate.weighed) and has_fixed_limit(gate)]
    return StepForecast(step, max(times), short, seen)


def has_fixed_limit(gate: Gate) -> bool:
    """Whether the gate compares a share with a fixed limit, not only with stable."""
    rule = gate.weighed
    return rule is not None and rule.kind == "share" and not rule.before and gate.limit.value > 0


def sights(gate: Gate, rule: Weighed, rate: float) -> list[Sight]:
    shares = sorted({min(1.0, times * gate.limit.value) for times in TIMES_THE_LIMIT})
    return [Sight(share, seconds_to_see(share, gate.limit.value, rule, rate)) for share in shares]


def seconds_to_see(share: float, limit: float, rule: Weighed, rate: float) -> float | None:
    """Seconds until the expected counts are enough evidence, found by bisection: evidence grows with the requests."""
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
