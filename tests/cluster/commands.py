"""`rollout …` as whoever deploys runs it: with the token of the account that components/deployer makes."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from tests.cluster.running import Running
from tests.repository import REPOSITORY

ACCOUNT = "agent-deployer"


@dataclass(frozen=True)
class Done:
    """How a command ended: its exit code, what it said, and the object that `--json` printed."""

    code: int
    out: str
    said: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def refused(self) -> str:
        """The code of the refusal."""
        return str(self.document["refused"]["code"])


class Commands:
    """In one namespace, by the policy of a file."""

    def __init__(self, kubeconfig: Path, namespace: str, policy: Path) -> None:
        self._environment = {**os.environ, "KUBECONFIG": str(kubeconfig), "PYTHONDONTWRITEBYTECODE": "1"}
        self._given = ["--service", namespace, "--policy", str(policy)]

    @classmethod
    def of_deployer(cls, cluster: Running, namespace: str, folder: Path) -> Self:
        """Its policy is rollout.yaml in the folder, where its kubeconfig is too."""
        return cls(deployers_kubeconfig(cluster, namespace, folder), namespace, folder / "rollout.yaml")

    def run(self, *arguments: str, within_seconds: float = 300) -> Done:
        """With `--json`."""
        with self.begin(*arguments) as process:
            try:
                return self.ended(process, within_seconds)
            finally:
                process.kill()

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """The same, in the background."""
        return subprocess.Popen(
            [sys.executable, "-m", "rollout", *arguments, *self._given, "--json"],
            cwd=REPOSITORY,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self, process: "subprocess.Popen[str]", within_seconds: float = 300) -> Done:
        out, said = process.communicate(timeout=within_seconds)
        return Done(process.returncode, out, said)


def deployers_kubeconfig(cluster: Running, namespace: str, folder: Path) -> Path:
    """A kubeconfig as an administrator gives it to a pipeline."""
    found = yaml.safe_load(Path(cluster.described["kubeconfig"]).read_text())
    token = cluster.kubectl("--namespace", namespace, "create", "token", ACCOUNT, "--duration=8h").strip()
    found["users"] = [{"name": ACCOUNT, "user": {"token": token}}]
    found["contexts"][0]["context"]["user"] = ACCOUNT
    path = folder / f"{ACCOUNT}.kubeconfig"
    path.write_text(yaml.safe_dump(found))
    return path
