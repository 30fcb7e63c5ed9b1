"""The service on the cluster. A release is a digest and a time in the overlay, as docs/guides/kubernetes.md says."""

import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rollout.kubernetes.render import FOLDER, RULES, read_rules, render
from rollout.kubernetes.steps import steps
from tests.cluster.api import Object
from tests.cluster.policy import planned, quick
from tests.cluster.running import Running
from tests.repository import REPOSITORY
from tests.waiting import wait_until

NAMESPACE = "my-agent"
OVERLAY = "overlays/traefik"
ROLLOUT = "agent"
EVERY_SECONDS = 0.2
ENVIRONMENT = """\
  - target: {kind: Rollout}
    patch: |-
      - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: AGENT_AUTH, value: "off"}}
      - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: AGENT_MODEL, value: "GIVEN"}}
"""


@dataclass(frozen=True)
class Release:
    """What is applied. Without `started`, it starts now."""

    model: str = "offline"
    policy: str = quick()
    digest: str = ""
    started: int = 0


class Service:
    """One Rollout. `image` is what the cluster has: a name and a digest."""

    def __init__(self, cluster: Running, folder: Path, image: tuple[str, str]) -> None:
        self.cluster, self._folder, self._image = cluster, folder, image
        self.api = cluster.api
        self._applied: dict[str, Release] = {}

    def apply(self, release: Release, *, during_another: bool = False) -> Release:
        """As a person does it; returns it with the time at which it started. While another one has a weight, the API
        server refuses the route, whose weights are Argo's, and takes the rest."""
        started = release.started or max(int(time.time()), *(each.started + 1 for each in self._applied.values()), 0)
        release = Release(release.model, release.policy, release.digest or self._image[1], started)
        self.write(release)
        said = self.cluster.kubectl("apply", "--server-side", "-k", str(self._folder / OVERLAY), fails=during_another)
        assert (said.count("conflict with") == 1 and ".spec.weighted.services" in said) == during_another
        self.wait(lambda: self.latest() in self.hashes(started))
        self._applied[self.latest()] = release
        return release

    def back_to_stable(self) -> None:
        """Abort what runs, and apply the release that is stable, which is a rollback."""
        if self.phase() != "Degraded":
            self.api.patch("rollouts", NAMESPACE, f"{ROLLOUT}/status", {"status": {"abort": True}})
        self.wait_for_weight(0)
        self.apply(self._applied[self.stable()])
        self.wait_for_phase("Healthy")
        self.wait_for_weight(0)

    def write(self, release: Release) -> None:
        """deploy/kubernetes/ as it is in the repository, with the release in its overlay."""
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(REPOSITORY / FOLDER, self._folder)
        for path, text in render(planned(release.policy), read_rules(REPOSITORY / RULES)).items():
            (self._folder / path).write_text(text)
        overlay = self._folder / OVERLAY
        change(overlay / "kustomization.yaml", r"newName: .*", f"newName: {self._image[0]}")
        change(overlay / "kustomization.yaml", r"digest: .*", f"digest: {release.digest}")
        change(overlay / "release.yaml", r'started: ".*"', f'started: "{release.started}"')
        change(overlay / "prometheus.yaml", r"value: .*", f"value: {self.cluster.described['prometheus']}")
        with (overlay / "kustomization.yaml").open("a") as file:
            file.write(ENVIRONMENT.replace("GIVEN", release.model))

    def rollout(self) -> Object:
        """With an empty status, until a controller has seen it."""
        return {"status": {}, **self.api.get("rollouts", NAMESPACE, ROLLOUT)}

    def phase(self) -> str:
        return str(self.rollout()["status"].get("phase"))

    def step(self) -> int:
        return int(self.rollout()["status"].get("currentStepIndex", 0))

    def stable(self) -> str:
        return str(self.rollout()["status"]["stableRS"])

    def latest(self) -> str:
        return str(self.rollout()["status"].get("currentPodHash"))

    def weight(self) -> int:
        """What the router has, in percent."""
        found = self.api.get("traefikservices", NAMESPACE, ROLLOUT)["spec"]["weighted"]["services"]
        return int({each["name"]: each["weight"] for each in found}["agent-canary"])

    def paused_for_keep(self, policy: str) -> bool:
        """In the last step, which is the pause of `keep`."""
        last = len(steps(planned(policy))) - 1
        return self.step() == last and bool(self.rollout()["status"].get("pauseConditions"))

    def aborted(self) -> bool:
        return self.rollout()["status"].get("abort") is True

    def hashes(self, started: int) -> set[str]:
        """Those of the pod templates that started then: one, or none until a controller has seen it."""
        sets = self.api.list("replicasets", NAMESPACE)
        of_then = [
            each for each in sets if each["spec"]["template"]["metadata"]["annotations"]["started"] == str(started)
        ]
        return {each["metadata"]["labels"]["rollouts-pod-template-hash"] for each in of_then}

    def ready_pods(self, release: str) -> int:
        sets = self.api.list("replicasets", NAMESPACE, f"rollouts-pod-template-hash={release}")
        return sum(each["status"].get("readyReplicas", 0) for each in sets)

    def analyses(self, release: str) -> dict[str, Object]:
        """The state of the release's analysis runs, by the template's name."""
        runs = self.api.list("analysisruns", NAMESPACE, f"rollouts-pod-template-hash={release}")
        newest = sorted(runs, key=lambda run: run["metadata"]["creationTimestamp"])
        return {run_of(run): run.get("status", {}) for run in newest}

    def wait(self, done: Callable[[], object], within_seconds: float = 120) -> None:
        wait_until(done, within_seconds, self.described, EVERY_SECONDS)

    def wait_for_weight(self, weight: int, within_seconds: float = 120) -> None:
        self.wait(lambda: self.weight() == weight, within_seconds)

    def wait_for_phase(self, phase: str, within_seconds: float = 180) -> None:
        self.wait(lambda: self.phase() == phase and observed(self.rollout()), within_seconds)

    def described(self) -> str:
        """What a person would look at."""
        get = partial(self.cluster.kubectl, "--namespace", NAMESPACE, "get")
        status = self.rollout()["status"]
        runs = [
            f"{name}: {run.get('phase')} {run.get('message', '')}" for name, run in self.analyses(self.latest()).items()
        ]
        told = {key: status.get(key) for key in ("phase", "message", "currentStepIndex", "abort")}
        return "\n".join([str(told), f"weight {self.weight()}", *runs, get("pods", "-o", "wide")])


def run_of(run: Object) -> str:
    """`agent-gates` in the background, or the step's number."""
    return str(run["metadata"]["labels"].get("step-index") or run["metadata"]["labels"]["rollout-type"])


def observed(rollout: Object) -> bool:
    return str(rollout["status"].get("observedGeneration")) == str(rollout["metadata"]["generation"])


def change(path: Path, pattern: str, text: str) -> None:
    found, count = re.subn(pattern, text, path.read_text(encoding="utf-8"))
    assert count == 1, f"{path}: {pattern}"
    path.write_text(found, encoding="utf-8")
