"""A cluster in memory: what the API server has, and what it was told."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rollout.errors import ClusterFailed
from rollout.kubernetes.analysis import Object, templates
from rollout.kubernetes.port import Changed
from rollout.kubernetes.steps import strategy
from rollout.policy import file as policy_file
from rollout.policy.plan import Plan, plan
from tests.rollout.kubernetes.objects import NAMESPACE, recorded
from tests.rollout.policies import SMALL

PLAN: Plan = plan(policy_file.parse(SMALL.replace("target: docker", "target: kubernetes"), "rollout.yaml"))


@dataclass
class FakeCluster:
    """`objects` as they were recorded. The first `races` patches of what is `racing` find that somebody has
    changed the Rollout. Calls from number `fails_at` to `fails_until` fail. With `next`, each look sees the next of
    these; the last one stays."""

    objects: dict[str, Any]
    races: int = 0
    racing: tuple[str, ...] = ("rollout", "status")
    fails_at: int | None = None
    fails_until: int | None = None
    next: list[dict[str, Any]] = field(default_factory=list)
    patches: list[tuple[str, Any]] = field(default_factory=list)
    calls: int = 0
    namespace: str = NAMESPACE

    def rollout(self) -> Object:
        self._call()
        if self.next:
            self.objects = self.next.pop(0)
        found: Object = copy.deepcopy(self.objects["rollout"])
        return found

    def replica_sets(self) -> list[Object]:
        return copy.deepcopy(list(self.objects["replica_sets"]))

    def analysis_runs(self, attempt: str | None = None) -> list[Object]:
        label = "rollouts-pod-template-hash"
        found = [each for each in self.objects["analysis_runs"] if attempt in (None, each["metadata"]["labels"][label])]
        return copy.deepcopy(found)

    def templates(self) -> list[Object]:
        return templates(PLAN)

    def patch(self, version: str, operations: Sequence[Mapping[str, Any]]) -> Object:
        self._patch(version, "rollout", {each["path"]: each["value"] for each in operations})
        for each in operations:
            self._set(str(each["path"]), each["value"])
        return self.rollout()

    def patch_status(self, version: str, status: Mapping[str, Any]) -> Object:
        self._patch(version, "status", dict(status))
        self.objects["rollout"]["status"].update(status)
        return self.rollout()

    def _patch(self, version: str, what: str, change: Any) -> None:
        self._call()
        metadata = self.objects["rollout"]["metadata"]
        if self.races and what in self.racing:
            self.races -= 1
            metadata["resourceVersion"] += "1"
        if version != metadata["resourceVersion"]:
            raise Changed("somebody was faster")
        self.patches.append((what, change))
        metadata["resourceVersion"] += "0"

    def _set(self, path: str, value: Any) -> None:
        *way, last = path.strip("/").split("/")
        place = self.objects["rollout"]
        for part in way:
            place = place[int(part)] if part.isdigit() else place[part]
        place[last] = value

    def _call(self) -> None:
        self.calls += 1
        if self.fails_at is not None and self.fails_at <= self.calls <= (self.fails_until or 1_000_000):
            raise ClusterFailed("the API server does not answer")


def cluster(name: str, **settings: Any) -> FakeCluster:
    """As it was recorded, with the objects that PLAN renders to."""
    objects = recorded(name)
    with_plan(objects)
    return FakeCluster(objects, **settings)


def with_plan(objects: dict[str, Any]) -> None:
    spec, wanted = objects["rollout"]["spec"], strategy(PLAN)["spec"]
    canary = spec["strategy"]["canary"] | wanted["strategy"]["canary"]
    spec.update(wanted | {"strategy": {"canary": canary}})
