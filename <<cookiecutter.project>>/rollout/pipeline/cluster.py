"""The adapter of `Production` for a cluster, where Argo Rollouts is the engine."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rich.console import Console

from rollout.errors import PartFailed
from rollout.image import Image
from rollout.journal.provenance import Provenance
from rollout.kubernetes import status
from rollout.kubernetes.cluster import Cluster
from rollout.kubernetes.follow import BEGINS_WITHIN_SECONDS, LOOK_EVERY_SECONDS, Sleep, shown
from rollout.kubernetes.look import first_look, named
from rollout.kubernetes.port import Reader, Writer
from rollout.kubernetes.report import write_report
from rollout.kubernetes.request import StartRequest
from rollout.kubernetes.rollback import rollback
from rollout.kubernetes.seen import Attempt, Service
from rollout.kubernetes.start import begun, start
from rollout.pipeline import token
from rollout.pipeline.kubeconfig import kubeconfig, needs_token
from rollout.pipeline.production import Look, look_in
from rollout.policy.plan import Plan
from rollout.text import Say

TEXT = "KUBECONFIG_TEXT"
"""The variable with the kubeconfig itself: clients take KUBECONFIG for the name of a file."""


@dataclass(frozen=True)
class ProductionCluster:
    """`policy` loads rollout.yaml, `say` prints progress. A start must begin `within_seconds`."""

    cluster: Writer
    policy: Callable[[], Plan]
    say: Say
    console: Console
    sleep: Sleep = time.sleep
    within_seconds: float = BEGINS_WITHIN_SECONDS

    @classmethod
    def connect(cls, variables: Mapping[str, str], policy: Callable[[], Plan], say: Say, console: Console) -> Self:
        """The cluster of the workflow's kubeconfig. Raises WrongInput or NoCluster."""
        found = kubeconfig(variables.get(TEXT, ""))
        if needs_token(found):
            token.check(variables)
        return cls(Cluster.of(found), policy, say, console)

    def look(self) -> Look:
        return look_in(status.document(settled(self.cluster, self.sleep), every=True))

    def start(self, release: str, engine: str, provenance: Provenance) -> str:  # noqa: ARG002  Argo is the engine
        request = StartRequest(Image.parse(release), self.policy(), provenance=provenance)
        rollout = start(request, self.cluster, self.say)
        return self._shown(begun(request, self.cluster, rollout, self.sleep, self.within_seconds))

    def follow(self, rollout: str) -> str:
        return self._shown(named(first_look(self.cluster), rollout))

    def roll_back(self, release: str | None, reason: str, *, now: bool) -> int:
        back = rollback(self.cluster, release, self.policy, reason, self.say, now=now)
        return back.exit_code(self._shown(back.attempt), self.cluster)

    def status(self) -> str:
        return "".join(f"{line}\n" for line in status.lines(first_look(self.cluster), every=True))

    def write_report(self, rollout: str, folder: Path) -> Path:
        service = first_look(self.cluster)
        return write_report(service, named(service, rollout), folder)

    def _shown(self, attempt: Attempt) -> str:
        return shown(self.cluster, attempt, self.console, self.say)


def settled(cluster: Reader, sleep: Sleep) -> Service:
    """The service, once Argo Rollouts has seen the newest change: until then, a rollout that was just started has no
    ReplicaSet, and would not be found. Raises PartFailed if it does not."""
    for _ in range(int(BEGINS_WITHIN_SECONDS / LOOK_EVERY_SECONDS)):
        service = first_look(cluster)
        if service.observed:
            return service
        sleep(LOOK_EVERY_SECONDS)
    raise PartFailed(
        "Argo Rollouts has not seen the newest change of the Rollout: its controller may not be running. `rollout "
        "doctor` looks at it"
    )
