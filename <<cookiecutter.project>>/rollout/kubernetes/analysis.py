"""Plan -> AnalysisTemplates: one that watches the gates in the background, and one that a step must pass."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from rollout.kubernetes.expression import reach, shift_seconds
from rollout.kubernetes.gate import PASSES_WHEN, queries
from rollout.policy.plan import Gate, Plan, Step

Object = dict[str, Any]

API_VERSION = "argoproj.io/v1alpha1"
WATCH, PASS = "agent-gates", "agent-pass"
PROMETHEUS = "http://prometheus.monitoring:9090"
NO_LIMIT = -1
NO_VENDOR = "_without_vendor"
ATTEMPTS: Object = {"name": "attempts", "value": "1"}
"""Each step gives its own number. Argo checks the template before that, and refuses a Rollout without a count."""


def templates(plan: Plan) -> list[Object]:
    """Raises PolicyError if a gate can't be rendered."""
    passes = {pass_name(step): template(pass_name(step), passing(plan, step), [ATTEMPTS]) for step in plan.steps}
    return [template(WATCH, list(watching(plan))), *passes.values()]


def pass_name(step: Step) -> str:
    """Steps that need the same number of samples share a template."""
    return PASS if step.at_least is None else f"{PASS}-{step.at_least}"


def template(name: str, metrics: list[Object], own_arguments: Iterable[Object] = ()) -> Object:
    return {
        "apiVersion": API_VERSION,
        "kind": "AnalysisTemplate",
        "metadata": {"name": name},
        "spec": {
            "args": [
                {"name": "prometheus", "value": PROMETHEUS},
                *({"name": given} for given in ("release", "stable", "started")),
                *own_arguments,
            ],
            "metrics": metrics,
        },
    }


def watching(plan: Plan) -> Iterator[Object]:
    """Every gate, measured all the time. One with `during: shift` ends after the longest time that the steps can take,
    and so does one that counts errors of the model's API only until then: its other form goes on."""
    shift_only = max(1, math.ceil(shift_seconds(plan) / plan.every_seconds))
    kept = {gate.name: gate for gate in plan.kept_gates}
    for gate in plan.gates:
        if kept.get(gate.name) == gate:
            yield watched(plan, gate, gate.name)
            continue
        yield watched(plan, gate, gate.name) | {"count": shift_only}
        if gate.name in kept:
            yield watched(plan, kept[gate.name], gate.name + NO_VENDOR)


def watched(plan: Plan, gate: Gate, name: str) -> Object:
    """Fails at once, on evidence alone: no data and too few samples are no failure."""
    asked = queries(gate, reach(plan, gate))
    return metric(plan, name, asked.fails) | {"failureCondition": asked.fails_when, "failureLimit": 0}


def passing(plan: Plan, step: Step) -> list[Object]:
    """Every gate, until it has passed once. After `attempts` measurements without a pass, the step fails."""
    return [
        metric(plan, gate.name, queries(gate, reach(plan, gate)).passes)
        | {
            "successCondition": PASSES_WHEN,
            "consecutiveSuccessLimit": 1,
            "failureLimit": NO_LIMIT,
            "count": "{{args.attempts}}",
        }
        for gate in plan.gates_of(step)
    ]


def metric(plan: Plan, name: str, query: str) -> Object:
    """Argo ends the analysis at one error more than `consecutiveErrorLimit`."""
    return {
        "name": name,
        "interval": seconds(plan.every_seconds),
        "consecutiveErrorLimit": plan.tolerate_errors - 1,
        "provider": {"prometheus": {"address": "{{args.prometheus}}", "query": query}},
    }


def seconds(duration_seconds: float) -> str:
    """Go's durations have no days."""
    return f"{duration_seconds:.12g}s"
