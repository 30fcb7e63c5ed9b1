"""monitoring/rules/ -> a PrometheusRule: the gate on new alerts and the runbooks need the same rules everywhere."""

from collections.abc import Mapping

import yaml

from rollout.errors import WrongInput
from rollout.kubernetes.analysis import Object


def prometheus_rule(files: Mapping[str, str]) -> Object:
    """`files` are texts by file name. Raises WrongInput if there are none, or one has no groups of rules."""
    if not files:
        raise WrongInput("there are no alert rules: without them, no alert could fail the gate on new alerts")
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "agent", "labels": {"app": "agent"}},
        "spec": {"groups": [group for name in sorted(files) for group in groups(name, files[name])]},
    }


def groups(name: str, text: str) -> list[Object]:
    try:
        found: list[Object] = yaml.safe_load(text)["groups"]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise WrongInput(f"{name}: is no file of Prometheus' rules: it needs a list groups:") from error
    return found
