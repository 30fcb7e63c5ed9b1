"""The service that the workflows release: what is stable in the cluster, and what its users get."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.api import Object
from tests.cluster.load import Sending, Sent
from tests.cluster.running import Running
from tests.cluster.service import NAMESPACE, ROLLOUT, observed
from tests.repository import REPOSITORY
from tests.waiting import wait_until
from tests.workflows.executed.act import Run

REQUESTS_PER_SECOND = 12.0
HASH = "rollouts-pod-template-hash"
EVERY_SECONDS = 0.2
WHOLE = 100


class Users:
    """They send requests while entered. `counts` are the latest, and the final ones afterwards."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending
        self.last = Sent()

    def counts(self) -> Sent:
        self.last = self._sending.counts()
        return self.last


class Production:
    """`policy` is the file of its policy."""

    def __init__(self, cluster: Running, policy: Path) -> None:
        self._cluster, self._api, self._policy = cluster, cluster.api, policy

    def rollout(self) -> Object:
        """With an empty status, until a controller has seen it."""
        return {"status": {}, **self._api.get("rollouts", NAMESPACE, ROLLOUT)}

    def stable(self) -> str:
        """The image that is stable."""
        return self._image(str(self.rollout()["status"].get("stableRS", "")))

    def candidate(self) -> str:
        """The image that Argo Rollouts works on, or worked on last."""
        return self._image(str(self.rollout()["status"].get("currentPodHash", "")))

    def is_settled(self) -> bool:
        """Nothing is moved any more, and all traffic is on stable. What is kept is ended, as a person does it."""
        found = self.rollout()
        kept = [each for each in found["status"].get("pauseConditions") or [] if each["reason"] == "CanaryPauseStep"]
        if kept and self.shares()["agent-canary"] == WHOLE:
            self.command("promote", "--reason", "it is good")
        return observed(found) and found["status"].get("phase") in ("Healthy", "Degraded")

    def command(self, *arguments: str) -> int:
        """The exit code of `rollout`, as an administrator runs it."""
        command = [sys.executable, "-m", "rollout", *arguments, "--service", NAMESPACE, "--policy", str(self._policy)]
        environment = os.environ | {
            "KUBECONFIG": self._cluster.described["kubeconfig"],
            "ROLLOUT_BY": "an administrator",
        }
        return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, timeout=300).returncode

    def shares(self) -> dict[str, int]:
        """What the router has, in percent."""
        found = self._api.get("traefikservices", NAMESPACE, ROLLOUT)["spec"]["weighted"]["services"]
        return {each["name"]: each["weight"] for each in found}

    def wait_until_settled(self) -> None:
        wait_until(self.is_settled, 180, self.described, EVERY_SECONDS)

    def wait_until_shifted(self, release: str, run: Run) -> None:
        """Wait until the release has users."""

        def shifted() -> bool:
            assert run.process.poll() is None, run.said()[-4000:]
            return self.candidate() == release and self.shares()["agent-canary"] > 0

        wait_until(shifted, 180, self.described, EVERY_SECONDS)

    def described(self) -> str:
        pods = self._cluster.kubectl("--namespace", NAMESPACE, "get", "pods", "-o", "wide")
        return f"{self.rollout()['status']}\n{pods}"

    @contextmanager
    def users(self) -> Iterator[Users]:
        """No request is lost meanwhile."""
        sending = Sending(
            self._cluster.described["service"], self._cluster.described["certificate"], REQUESTS_PER_SECOND
        )
        users = Users(sending)
        try:
            wait_until(lambda: users.counts()["answered"] > REQUESTS_PER_SECOND, 60, lambda: str(users.last))
            yield users
            assert users.counts()["lost"] == 0, users.last["lost_by_kind"]
        finally:
            sending.stop()

    def _image(self, wanted: str) -> str:
        sets = self._api.list("replicasets", NAMESPACE, f"{HASH}={wanted}")
        images = {container["image"] for each in sets for container in each["spec"]["template"]["spec"]["containers"]}
        return images.pop() if images else ""
