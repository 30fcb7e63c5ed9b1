"""Whether a cluster has the objects that a policy renders to. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from rollout.errors import Stale
from rollout.kubernetes.analysis import Object, templates
from rollout.kubernetes.steps import ROLLOUT, strategy
from rollout.policy.plan import Plan

APPLY = "kubectl apply --server-side -k deploy/kubernetes/overlays/traefik"
OF_OVERLAY = "prometheus"
"""The argument of a template that an overlay sets: Prometheus' address."""


def check(plan: Plan, rollout: Object, found: Sequence[Object]) -> None:
    """Raises Stale."""
    if different := list(differences(plan, rollout, found)):
        raise Stale(
            f"the cluster's objects are not what rollout.yaml renders to ({', '.join(different)}): run "
            f"`rollout render`, then `{APPLY}`"
        )


def differences(plan: Plan, rollout: Object, found: Sequence[Object]) -> Iterator[str]:
    """Where an object of the cluster is not what is rendered. What the base and the components add is left out."""
    path = first_difference(strategy(plan)["spec"], rollout["spec"])
    if path is not None:
        yield f"Rollout {ROLLOUT}: spec{path}"
    there = {each["metadata"]["name"]: each for each in found}
    for wanted in templates(plan):
        name = wanted["metadata"]["name"]
        if name not in there:
            yield f"AnalysisTemplate {name}: missing"
        elif (path := first_difference(comparable(wanted), comparable(there[name]))) is not None:
            yield f"AnalysisTemplate {name}: spec{path}"


def comparable(template: Object) -> Object:
    spec = template["spec"]
    return {**spec, "args": [each for each in spec.get("args", []) if each["name"] != OF_OVERLAY]}


def first_difference(wanted: Any, found: Any) -> str | None:
    """The path of the first value of `wanted` that is another one in `found`; None without any."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        inner = ((f".{key}", value, found.get(key)) for key, value in wanted.items())
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        inner = ((f"[{index}]", *pair) for index, pair in enumerate(zip(wanted, found, strict=True)))
    else:
        is_dropped = wanted is False and found is None  # Argo writes no `false`
        return None if wanted == found or is_dropped else ""
    paths = ((key, first_difference(value, other)) for key, value, other in inner)
    return next((key + path for key, path in paths if path is not None), None)
