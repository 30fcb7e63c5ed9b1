"""monitoring/rules/ -> a PrometheusRule: the gate on new alerts and the runbooks need the same rules everywhere, except
for what speaks of a host alone."""

from collections.abc import Mapping

import yaml

from rollout.errors import WrongInput
from rollout.kubernetes.analysis import Object

HOST_ONLY = ("monitoring.yml", "rollout.yml")
"""The cluster's own Prometheus and Alertmanager are not ours to alert on, and Argo Rollouts has no lease."""


def prometheus_rule(files: Mapping[str, str]) -> Object:
    """`files` are texts by file name. Raises WrongInput if none is left, or one has no groups of rules."""
    names = sorted(files.keys() - HOST_ONLY)
    if not names:
        raise WrongInput("there are no alert rules: without them, no alert could fail the gate on new alerts")
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "agent", "labels": {"app": "agent"}},
        "spec": {"groups": [group for name in names for group in groups(name, files[name])]},
    }


def groups(name: str, text: str) -> list[Object]:
    try:
        found: list[Object] = yaml.safe_load(text)["groups"]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise WrongInput(f"{name}: is no file of Prometheus' rules: it needs a list groups:") from error
    return found
