"""`rollout doctor` in a cluster: what it looks at, and the command that helps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from rollout.errors import Forbidden
from rollout.finding import Finding
from rollout.kubernetes.access import NEEDED, Access
from rollout.kubernetes.analysis import Object
from rollout.kubernetes.doctor import examine
from rollout.policy.plan import Plan
from tests.rollout.kubernetes.fakes import PLAN, FakeCluster, cluster
from tests.rollout.kubernetes.objects import of
from tests.rollout.kubernetes.test_start import pods_of_stable


@dataclass
class Examined(FakeCluster):
    """`denied` is what the user may not do, `running` how many controllers run; None if nobody may look."""

    denied: tuple[Access, ...] = ()
    running: int | None = 2
    deployments: int = field(default=1)

    def may(self, access: Access) -> bool:
        return access not in self.denied

    def controllers(self) -> list[Object]:
        if self.running is None:
            raise Forbidden("no")
        return [{"status": {"availableReplicas": self.running}}] * self.deployments


def healthy(**settings: Any) -> Examined:
    return Examined(cluster("rolled_back").objects, **settings)


def found(fake: Examined, policy: Plan | str = PLAN) -> dict[str, Finding]:
    findings = examine(fake, policy)
    assert all(each.command for each in findings if each.level != "ok")
    return {each.code: each for each in findings}


def test_a_healthy_cluster_has_no_finding_that_is_not_ok() -> None:
    findings = found(healthy())
    assert {each.level for each in findings.values()} == {"ok"}
    assert set(findings) == {"access", "controller", "cluster", "answers", "rendered", "prometheus"}


def test_a_running_rollout_is_named() -> None:
    assert found(Examined(cluster("second_step").objects))["engine"].level == "ok"


@pytest.mark.parametrize(
    ("settings", "code", "level", "said"),
    [
        ({"denied": NEEDED[1:3]}, "access", "problem", "may not patch rollouts agent and patch rollouts/status agent"),
        ({"running": 0}, "controller", "problem", "no controller of Argo Rollouts runs"),
        ({"running": 1}, "controller", "warning", "one controller of Argo Rollouts runs"),
        ({"running": None}, "controller", "warning", "may not look"),
        ({"deployments": 0}, "controller", "warning", "no Deployment"),
        ({"fails_at": 1}, "unknown", "problem", "the API server does not answer"),
    ],
)
def test_what_is_wrong_is_said(settings: dict[str, Any], code: str, level: str, said: str) -> None:
    finding = found(healthy(**settings))[code]
    assert (finding.level, said in finding.message) == (level, True), finding.message


def no_pod(fake: Examined) -> None:
    pods_of_stable(fake, 0)


def unseen(fake: Examined) -> None:
    fake.objects["rollout"]["metadata"]["generation"] += 1


def other_steps(fake: Examined) -> None:
    fake.objects["rollout"]["spec"]["strategy"]["canary"]["steps"].pop()


def no_answer(fake: Examined) -> None:
    last = of(fake.objects).attempts[-1].hash
    for each in fake.objects["analysis_runs"]:
        if each["metadata"]["labels"]["rollouts-pod-template-hash"] == last:
            measurement = each["status"]["metricResults"][0]["measurements"][-1]
            measurement |= {"phase": "Error", "message": "dial tcp: connection refused"}


def no_runs(fake: Examined) -> None:
    fake.objects["analysis_runs"] = []


def no_release(fake: Examined) -> None:
    fake.objects["replica_sets"], fake.objects["analysis_runs"] = [], []


@pytest.mark.parametrize(
    ("change", "code", "level", "said"),
    [
        (no_pod, "answers", "problem", "0 of 2 pods of stable"),
        (unseen, "controller", "ok", "2 controllers"),
        (other_steps, "rendered", "problem", "Rollout agent: spec.strategy.canary.steps"),
        (no_answer, "prometheus", "problem", "dial tcp: connection refused"),
        (no_runs, "prometheus", "warning", "no gate was measured yet"),
        (no_release, "answers", "warning", "no release yet"),
    ],
)
def test_so_is_what_is_wrong_with_the_service(
    change: Callable[[Examined], None], code: str, level: str, said: str
) -> None:
    fake = healthy()
    change(fake)
    finding = found(fake)[code]
    assert (finding.level, said in finding.message) == (level, True), finding.message


def test_a_change_that_argo_has_not_seen_is_a_problem_although_controllers_run() -> None:
    fake = healthy()
    unseen(fake)
    problems = [each for each in examine(fake, PLAN) if each.level == "problem"]
    assert [(each.code, each.command is not None) for each in problems] == [("controller", True)]


def test_an_invalid_policy_is_no_reason_not_to_look() -> None:
    findings = found(healthy(), "rollout.yaml:5: keep: ...")
    assert (findings["rendered"].level, findings["answers"].level) == ("warning", "ok")
