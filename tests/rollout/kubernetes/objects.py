"""Objects of a real cluster (recorded/README.md), and changes of them."""

import copy
import json
from pathlib import Path
from typing import Any

from rollout.kubernetes.analysis import Object
from rollout.kubernetes.seen import Attempt, Service, course
from rollout.kubernetes.seen.service import service_of

FOLDER = Path(__file__).parent / "recorded"
NAMESPACE = "kube-wt"


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return copy.deepcopy(found)


def service(name: str) -> Service:
    return of(recorded(name))


def of(objects: dict[str, Any]) -> Service:
    return service_of(NAMESPACE, objects["rollout"], objects["replica_sets"], objects["analysis_runs"])


def newest(found: Service) -> Attempt:
    assert found.newest is not None
    return found.newest


def events(found: Service, attempt: Attempt | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Name and values of each event, without measurements."""
    happened = course(found, attempt or newest(found))
    return [(each.event, each.model_dump()) for each in happened if each.event != "measured"]


def names(found: Service, attempt: Attempt | None = None) -> list[str]:
    return [name for name, _ in events(found, attempt)]


def run(objects: dict[str, Any], step: int | None) -> Object:
    """The newest attempt's analysis run of a step, or the one in the background."""
    attempt = objects["rollout"]["status"]["currentPodHash"]
    for each in objects["analysis_runs"]:
        labels = each["metadata"]["labels"]
        if labels["rollouts-pod-template-hash"] == attempt and labels.get("step-index") == (step and str(3 * step)):
            found: Object = each
            return found
    raise AssertionError(f"no run of step {step}")
