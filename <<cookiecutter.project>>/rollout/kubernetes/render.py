"""rollout.yaml -> the files below deploy/kubernetes/base/rendered/. Deterministic: the same policy, the same text."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from rollout.errors import PolicyError, Refused
from rollout.kubernetes.analysis import Object, templates
from rollout.kubernetes.steps import strategy
from rollout.policy.plan import Plan

FOLDER = Path("deploy/kubernetes/base/rendered")
HEAD = "# Written by `rollout render`: change rollout.yaml instead.\n"
WIDTH = 120


def render(plan: Plan) -> dict[str, str]:
    """The text of each file, by its name. Raises PolicyError if Argo Rollouts has no form for a part of the policy."""
    if plan.evals:
        raise PolicyError("rollout.yaml: evals: can't be rendered: nothing sends tasks to a canary on Kubernetes yet")
    return {"analysis.yaml": document(templates(plan)), "strategy.yaml": document([strategy(plan)])}


def document(objects: list[Object]) -> str:
    return HEAD + yaml.safe_dump_all(objects, sort_keys=False, width=WIDTH, allow_unicode=True)


def write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def check(folder: Path, files: Mapping[str, str]) -> None:
    """Raises Refused if a file is missing, or is not what the policy renders to."""
    stale = [name for name, text in files.items() if not is_so(folder / name, text)]
    if stale:
        raise Refused(f"{folder}: {', '.join(stale)} do not match rollout.yaml: run `rollout render`, and commit them")


def is_so(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
