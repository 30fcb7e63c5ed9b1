"""`rollout check`: what is wrong with rollout.yaml, and what it can do with a given traffic."""

import argparse
import json
from collections.abc import Iterator, Sequence

from rollout.gates.forecast import Sight, StepForecast, forecast
from rollout.policy import file as policy_file
from rollout.policy.plan import Plan, floor, longest_seconds, plan, traffic_needed
from rollout.policy.schema import Policy
from rollout.text import duration, listed, number, percent


def run_check(chosen: argparse.Namespace) -> int:
    policy = policy_file.load(chosen.policy)
    if chosen.json:
        print(json.dumps(checked(policy, chosen.traffic)))
        return 0
    wanted = plan(policy)
    print(f"{chosen.policy}: {len(policy.steps)} steps, {len(policy.gates)} gates: {', '.join(policy.gates)}")
    print(f"the first step needs at least {traffic_needed(wanted):.3g} requests per second to pass")
    if chosen.traffic:
        for line in lines(wanted, chosen.traffic):
            print(line)
    return 0


def checked(policy: Policy, traffic: float | None = None) -> dict[str, object]:
    """What `rollout check --json` prints; weights are 0..1, and loads in requests a second. A step of the forecast that
    can't be passed has no `seconds`."""
    wanted = plan(policy)
    steps = forecast(wanted, traffic) if traffic else []
    return {
        "target": policy.target,
        "steps": [step.weight for step in policy.steps],
        "gates": list(policy.gates),
        "requests_per_second": traffic_needed(wanted),
        "forecast": [{"weight": each.step.weight, "seconds": None if each.short else each.seconds} for each in steps],
    }


def lines(wanted: Plan, requests_per_second: float) -> Iterator[str]:
    """`at 2 requests/s: ...`, step by step."""
    yield f"at {number(requests_per_second)} requests/s, about:"
    for each in forecast(wanted, requests_per_second):
        yield f"  {percent(each.step.weight)}: {passing(wanted, each)}"
        for gate, sights in each.seen:
            yield f"    {gate.name}: {sight(sights)}"


def passing(wanted: Plan, each: StepForecast) -> str:
    if not each.short:
        return f"passed after {duration(each.seconds)}"
    late = [
        f"{gate.name} has {number(most, 2)} of {floor(gate, each.step)} samples in {duration(longest_seconds(gate))}"
        for gate, most in each.short
    ]
    within = duration(wanted.decide_within_seconds)
    return f"can't be judged within decide_within ({within}), and ends in doubt: {listed(late)}"


def sight(sights: Sequence[Sight]) -> str:
    """`20 % are seen in 4 m 6 s, 50 % in 43 s; 10 % are not`."""
    seen = [f"{percent(one.share)} in {duration(max(1, round(one.seconds)))}" for one in sights if one.seconds]
    unseen = [percent(one.share) for one in sights if not one.seconds]
    parts = [f"sees {listed(seen)}" if seen else "", f"not {listed(unseen)}" if unseen else ""]
    return ", ".join(filter(None, parts))
