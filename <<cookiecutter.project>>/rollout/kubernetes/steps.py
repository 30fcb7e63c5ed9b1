"""Plan -> the Rollout's strategy: its steps, its analyses and its deadlines."""

import math

from rollout.errors import PolicyError
from rollout.kubernetes.analysis import API_VERSION, WATCH, Object, pass_name, seconds
from rollout.policy.plan import Plan, Step

ROLLOUT = "agent"
STARTED = "spec.template.metadata.annotations.started"
"""Where the pod template says when its rollout started, in epoch seconds. It also makes each attempt a new release, so
that no earlier one counts."""

ROLLOUTS_KEPT = 5
"""How many old releases Argo keeps, with their analysis runs: `rollout status --all` and reports read them."""

MEASUREMENTS_KEPT = 120
"""How many of each gate an analysis run keeps, the newest: ten minutes of them. An object has at most 1.5 MB."""


def strategy(plan: Plan) -> Object:
    """A patch of the Rollout. Raises PolicyError."""
    return {
        "apiVersion": API_VERSION,
        "kind": "Rollout",
        "metadata": {"name": ROLLOUT},
        "spec": {
            "revisionHistoryLimit": ROLLOUTS_KEPT,
            "progressDeadlineSeconds": math.ceil(plan.ready_within_seconds),
            "progressDeadlineAbort": True,
            "analysis": {
                "successfulRunHistoryLimit": runs_kept(plan),
                "unsuccessfulRunHistoryLimit": runs_kept(plan),
            },
            "strategy": {
                "canary": {
                    "abortScaleDownDelaySeconds": max(1, math.ceil(plan.drain_within_seconds)),
                    "scaleDownDelaySeconds": max(1, math.ceil(plan.drain_within_seconds)),
                    "dynamicStableScale": False,
                    "analysis": {
                        "templates": [{"templateName": WATCH}],
                        "args": arguments(),
                        "measurementRetention": [{"metricName": ".*", "limit": MEASUREMENTS_KEPT}],
                        "startingStep": 1,
                    },
                    "steps": steps(plan),
                }
            },
        },
    }


def runs_kept(plan: Plan) -> int:
    """All of the old releases, of the stable one and of the newest."""
    return (ROLLOUTS_KEPT + 2) * (len(plan.steps) + 1)


def steps(plan: Plan) -> list[Object]:
    """The canary gets its full size first: no user reaches it before all of its pods are ready. `keep` is the last
    step: the canary has all traffic, and stable its full size."""
    found: list[Object] = [{"setCanaryScale": {"weight": 100}}]
    for step in plan.steps:
        hold_seconds = max(step.hold_seconds, plan.settle_seconds)
        found += [
            {"setWeight": whole_percent(step)},
            {"pause": {"duration": seconds(hold_seconds)}},
            {"analysis": passed(plan, step, hold_seconds)},
        ]
    if plan.keep_seconds:
        found.append({"pause": {"duration": seconds(plan.keep_seconds)}})
    return found


def passed(plan: Plan, step: Step, hold_seconds: float) -> Object:
    left_seconds = max(plan.decide_within_seconds, plan.settle_seconds) - hold_seconds
    attempts = 1 + max(0, math.floor(left_seconds / plan.every_seconds))
    own = {"name": "attempts", "value": str(attempts)}
    return {"templates": [{"templateName": pass_name(step)}], "args": [*arguments(), own]}


def arguments() -> list[Object]:
    """A release is a pod template: Argo's hash of it."""
    return [
        {"name": "release", "valueFrom": {"podTemplateHashValue": "Latest"}},
        {"name": "stable", "valueFrom": {"podTemplateHashValue": "Stable"}},
        {"name": "started", "valueFrom": {"fieldRef": {"fieldPath": STARTED}}},
    ]


def whole_percent(step: Step) -> int:
    percent = round(step.weight * 100, 6)
    if percent != int(percent):
        raise PolicyError(
            f"rollout.yaml: steps: a weight of {percent:g}% can't be rendered: Argo Rollouts takes whole percents"
        )
    return int(percent)
