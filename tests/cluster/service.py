"""The service on the cluster, released with `rollout start` as docs/guides/kubernetes.md says."""

import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from rollout.kubernetes.render import FOLDER, RULES, read_rules, render
from rollout.kubernetes.steps import steps
from tests.cluster.api import Object
from tests.cluster.commands import Commands
from tests.cluster.policy import planned, quick
from tests.cluster.running import Running
from tests.repository import REPOSITORY
from tests.waiting import wait_until

NAMESPACE = "my-agent"
OVERLAY = "overlays/traefik"
ROLLOUT = "agent"
EVERY_SECONDS = 0.2
COMPONENTS = ("started", "deployer")
ENVIRONMENT = """\
  - target: {kind: Rollout}
    patch: |-
      - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: AGENT_AUTH, value: "off"}}
"""
REASON = "a test"


@dataclass(frozen=True)
class Release:
    """An image with this model, or one with this digest, the policy by which it is released, and components of
    deploy/kubernetes/ that the overlay has besides."""

    model: str = "offline"
    policy: str = quick()
    digest: str = ""
    components: tuple[str, ...] = ()


class Service:
    """One Rollout. `image` is what the cluster has: a name and a digest."""

    def __init__(self, cluster: Running, folder: Path, image: tuple[str, str]) -> None:
        self.cluster, self._folder = cluster, folder
        self.api = cluster.api
        self._images = {("offline", 1): image}
        self._applied: tuple[str, tuple[str, ...]] = ("", ())

    @cached_property
    def commands(self) -> Commands:
        """Those of the deployer. The account is there once the overlay was applied."""
        return Commands.of_deployer(self.cluster, NAMESPACE, self._folder.parent)

    def apply(self, release: Release) -> str:
        """Release as a person does it; returns the rollout's name."""
        self.configure(release)
        before = self.latest()
        done = self.commands.run("start", self.image_of(release), "--unverified", REASON)
        assert done.code == 0, done
        self.wait(lambda: self.latest() != before)
        return str(done.document["rollout"])

    def configure(self, release: Release) -> None:
        """Apply its policy and components, if they are other ones. No rollout may run, and none may be aborted."""
        wanted = (release.policy, release.components)
        if wanted == self._applied:
            return
        self.write(*wanted)
        self.cluster.kubectl("apply", "--server-side", "-k", str(self._folder / OVERLAY))
        self.wait(lambda: observed(self.rollout()))
        (self._folder.parent / "rollout.yaml").write_text(release.policy)
        self._applied = wanted

    def replace(self, release: Release) -> None:
        """Change the pod template by other means than `rollout`, whatever runs."""
        before = self.latest()
        self._change(self.image_of(release), str(int(time.time())))
        self.wait(lambda: self.latest() != before)

    def back_to_stable(self) -> None:
        """Abort what runs, and restore stable's pod template, so that nothing is left to be released."""
        if self.phase() != "Degraded":
            self.api.patch("rollouts", NAMESPACE, f"{ROLLOUT}/status", {"status": {"abort": True}})
        self.wait_for_weight(0)
        template = self.replica_set(self.stable())["spec"]["template"]
        self._change(image_in(template), template["metadata"]["annotations"]["started"])
        self.wait_for_phase("Healthy")
        self.wait_for_weight(0)

    def _change(self, image: str, started: str) -> None:
        values = {"spec/containers/0/image": image, "metadata/annotations/started": started}
        operations = [{"op": "add", "path": f"/spec/template/{path}", "value": each} for path, each in values.items()]
        self.api.change("rollouts", NAMESPACE, ROLLOUT, operations)

    def image_of(self, release: Release) -> str:
        """One that is not stable's: `rollout start` refuses what is stable already."""
        if release.digest:
            return f"{self._images['offline', 1][0]}@{release.digest}"
        images = (self._image(release.model, number) for number in (1, 2))
        return next(image for image in images if image != self.stable_image())

    def _image(self, model: str, number: int) -> str:
        if (model, number) not in self._images:
            self._images[model, number] = self.cluster.import_image(model, number)
        return "@".join(self._images[model, number])

    def stable_image(self) -> str:
        stable = self.rollout()["status"].get("stableRS")
        return image_in(self.replica_set(stable)["spec"]["template"]) if stable else ""

    def write(self, policy: str, components: tuple[str, ...]) -> None:
        """deploy/kubernetes/ as it is in the repository, changed as docs/guides/kubernetes.md says."""
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(REPOSITORY / FOLDER, self._folder)
        for path, text in render(planned(policy), read_rules(REPOSITORY / RULES)).items():
            (self._folder / path).write_text(text)
        overlay = self._folder / OVERLAY
        listed = "".join(f"  - ../../components/{each}\n" for each in (*COMPONENTS, *components))
        change(overlay / "kustomization.yaml", r"(  - \.\./\.\./components/traefik\n)", rf"\1{listed}")
        change(overlay / "kustomization.yaml", r"images:\n( .*\n)+", "")
        change(overlay / "kustomization.yaml", r"  - path: release.yaml\n", "")
        change(overlay / "prometheus.yaml", r"value: .*", f"value: {self.cluster.described['prometheus']}")
        with (overlay / "kustomization.yaml").open("a") as file:
            file.write(ENVIRONMENT)

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

    def replica_set(self, release: str) -> Object:
        (found,) = self.api.list("replicasets", NAMESPACE, f"rollouts-pod-template-hash={release}")
        return found

    def ready_pods(self, release: str) -> int:
        sets = self.api.list("replicasets", NAMESPACE, f"rollouts-pod-template-hash={release}")
        return sum(each["status"].get("readyReplicas", 0) for each in sets)

    def pods(self, release: str) -> list[Object]:
        return self.api.list("pods", NAMESPACE, f"rollouts-pod-template-hash={release}")

    def behind(self, name: str) -> str:
        """The release to whose pods this Service sends."""
        found = self.api.get("services", NAMESPACE, name)["spec"]["selector"]
        return str(found["rollouts-pod-template-hash"])

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
        pods = [
            f"{pod['metadata']['name']}: {each['state']['waiting']}"
            for pod in self.api.list("pods", NAMESPACE)
            for each in pod["status"].get("containerStatuses", [])
            if "waiting" in each["state"]
        ]
        told = {key: status.get(key) for key in ("phase", "message", "currentStepIndex", "abort")}
        return "\n".join([str(told), f"weight {self.weight()}", *runs, *pods, get("pods", "-o", "wide")])


def run_of(run: Object) -> str:
    """`agent-gates` in the background, or the step's number."""
    return str(run["metadata"]["labels"].get("step-index") or run["metadata"]["labels"]["rollout-type"])


def image_in(template: Object) -> str:
    return str(template["spec"]["containers"][0]["image"])


def observed(rollout: Object) -> bool:
    return str(rollout["status"].get("observedGeneration")) == str(rollout["metadata"]["generation"])


def change(path: Path, pattern: str, text: str) -> None:
    found, count = re.subn(pattern, text, path.read_text(encoding="utf-8"))
    assert count == 1, f"{path}: {pattern}"
    path.write_text(found, encoding="utf-8")
