"""rollout.yaml and the alert rules -> files below deploy/kubernetes/. Deterministic: the same policy, the same text."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from rollout.errors import PolicyError
from rollout.kubernetes.analysis import Object, templates
from rollout.kubernetes.rules import prometheus_rule
from rollout.kubernetes.steps import strategy
from rollout.policy.plan import Plan

FOLDER = Path("deploy/kubernetes")
RULES = Path("monitoring/rules")
WIDTH = 120


def render(plan: Plan, rules: Mapping[str, str]) -> dict[str, str]:
    """The text of each file, by its path. `rules` are the files of alert rules. Raises PolicyError if Argo Rollouts has
    no form for a part of the policy, and WrongInput."""
    if plan.evals:
        raise PolicyError("rollout.yaml: evals: can't be rendered: nothing sends tasks to a canary on Kubernetes yet")
    return {
        "base/rendered/analysis.yaml": document("rollout.yaml", templates(plan)),
        "base/rendered/strategy.yaml": document("rollout.yaml", [strategy(plan)]),
        "components/monitoring/rendered/rules.yaml": document(f"{RULES}/", [prometheus_rule(rules)]),
    }


def document(source: str, objects: list[Object]) -> str:
    head = f"# Written by `rollout render`: change {source} instead.\n"
    return head + yaml.safe_dump_all(objects, sort_keys=False, width=WIDTH, allow_unicode=True)


def read_rules(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yml"))}
