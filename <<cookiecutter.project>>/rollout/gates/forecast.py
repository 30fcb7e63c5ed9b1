"""What to expect of a policy at a given request rate: how long each step takes, and how soon it detects a bad release.
Pure.

Based on expected counts, so about half of all rollouts take longer. Later steps can detect earlier than forecast,
because their windows also contain requests from the previous step. A gate that also compares with stable is forecast
for errors that stable does not have.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rollout.gates import evidence
from rollout.gates.query import IDLE_WINDOWS
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
    weights = [0.0, *(step.weight for step in plan.steps)]
    return [step_at(plan, step, requests_per_second, before) for step, before in zip(plan.steps, weights, strict=False)]


def step_at(plan: Plan, step: Step, requests_per_second: float, weight_before: float) -> StepForecast:
    rate = requests_per_second * step.weight
    stable = StableTraffic(requests_per_second * (1 - step.weight), requests_per_second * (1 - weight_before))
    times, short = [step.hold_seconds, plan.settle_seconds], []
    for gate in plan.gates:
        most = rate * min(longest_seconds(gate), plan.decide_within_seconds)
        if most < floor(gate, step):
            short.append((gate, most))
        else:
            times.append(floor(gate, step) / rate)
    seen = [
        (gate, sights(gate, rule, rate, stable))
        for gate in plan.gates
        if (rule := gate.weighed) and has_fixed_limit(gate)
    ]
    return StepForecast(step, max(times), short, seen)


def has_fixed_limit(gate: Gate) -> bool:
    """Whether the gate compares a share with a fixed limit, not only with stable."""
    rule = gate.weighed
    return rule is not None and rule.kind == "share" and not rule.before and gate.limit.value > 0


@dataclass(frozen=True)
class StableTraffic:
    """Stable's requests per second, in this step and before it."""

    rate: float
    rate_before: float

    def requests(self, rule: Weighed, seconds: float) -> float:
        """The number that the canary's requests of this many seconds are compared with."""
        if self.rate:
            return self.rate * seconds
        return self.rate_before * IDLE_WINDOWS * rule.windows_seconds[-1]


def sights(gate: Gate, rule: Weighed, rate: float, stable: StableTraffic) -> list[Sight]:
    shares = sorted({min(1.0, times * gate.limit.value) for times in TIMES_THE_LIMIT})
    return [Sight(share, seconds_to_see(share, gate.limit.value, rule, rate, stable)) for share in shares]


def seconds_to_see(
    share: float, limit: float, rule: Weighed, rate: float, stable: StableTraffic | None = None
) -> float | None:
    """Seconds until the expected counts are enough evidence, found by bisection: evidence grows with the requests.
    `stable` is for a gate that also compares with stable."""

    def is_seen(total: float) -> bool:
        needed = evidence.enough(total, limit, rule.certainty)
        if rule.times_stable is not None and stable:
            of_stable = stable.requests(rule, total / rate)
            needed = max(
                needed, evidence.enough_against_stable(total, 0.0, of_stable, rule.times_stable, rule.certainty)
            )
        return share * total >= needed

    few, many = FEWEST_BAD / share, rate * rule.windows_seconds[-1]
    if few > many or not is_seen(many):
        return None
    for _ in range(50):
        middle = (few + many) / 2
        if is_seen(middle):
            many = middle
        else:
            few = middle
    return many / rate
