"""What the workflows see of a cluster, and tell it: the same as of a host."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from rollout.errors import NoCluster, PartFailed, PolicyError, UnknownRollout, WrongInput
from rollout.kubernetes.analysis import Object
from rollout.kubernetes.seen.attempt import FIRST
from rollout.pipeline.cluster import TEXT, ProductionCluster
from rollout.pipeline.command import main
from rollout.pipeline.production import Look
from rollout.policy.plan import Plan
from tests.rollout.kubernetes.fakes import PLAN, FakeCluster, cluster
from tests.rollout.kubernetes.objects import newest, of, recorded
from tests.rollout.pipeline.checkouts import Checkout
from tests.rollout.pipeline.fakes import ENGINE, NEW, signed
from tests.rollout.pipeline.test_kubeconfig import WHOLE, changed
from tests.rollout.policies import SMALL


def production(fake: FakeCluster) -> ProductionCluster:
    return ProductionCluster(fake, lambda: PLAN, lambda _: None, Console(), lambda _: None)


def look(name: str) -> Look:
    return production(cluster(name)).look()


def test_a_running_rollout_is_seen_with_who_approved_it_and_what_is_stable() -> None:
    found = look("second_step")
    assert found.newest
    assert found.stable
    assert (found.newest.verdict, found.answers, found.newest.stable) == ("running", True, found.stable)
    assert (found.newest.provenance.kind, found.newest.provenance.reason) == ("unverified", "a test")
    assert [each.verdict for each in found.earlier] == ["promoted", "in_doubt"]


def test_one_that_was_rolled_back_is_still_the_newest() -> None:
    found = look("rolled_back").newest
    assert found
    assert found.verdict == "rolled_back"
    assert found.headline.startswith("Rolled back")


def test_a_stable_without_ready_pods_does_not_answer() -> None:
    fake = cluster("rolled_back")
    for each in fake.objects["replica_sets"]:
        each["status"]["readyReplicas"] = 0
    assert not production(fake).look().answers


def test_a_rollout_that_was_just_started_is_waited_for_and_never_taken_for_none() -> None:
    """A deploy that dies between its patch and Argo's first look must still be found by its restore."""
    fake = cluster("second_step")
    unseen = recorded("second_step")
    unseen["rollout"]["metadata"]["generation"] += 1
    began = newest(of(unseen)).hash
    unseen["replica_sets"] = [each for each in unseen["replica_sets"] if began not in str(each["metadata"]["labels"])]
    fake.next = [unseen, unseen, recorded("second_step")]
    assert production(fake).look().newest == look("second_step").newest
    fake.next = [unseen]
    with pytest.raises(PartFailed, match="its controller may not be running"):
        production(fake).look()


def test_a_start_records_who_approved_it_and_needs_no_engine() -> None:
    fake = cluster("rolled_back")
    with pytest.raises(PartFailed, match="Argo Rollouts has not begun"):  # this one begins nothing
        ProductionCluster(fake, lambda: PLAN, print, Console(), within_seconds=0.0).start(NEW, ENGINE, signed())
    ((what, change),) = fake.patches
    assert (what, change["/spec/template/spec/containers/0/image"]) == ("rollout", NEW)
    assert '"approved_at": 1000.0' in change["/metadata/annotations"]["agent-release/started"]
    assert FIRST not in str(change)


class Obedient(FakeCluster):
    """Argo Rollouts has taken the traffic back as soon as it is told to abort."""

    def patch_status(self, version: str, status: Mapping[str, Any]) -> Object:
        weights = {"canary": {"weight": 0}, "stable": {"weight": 100}}
        return super().patch_status(version, {**status, "canary": {"weights": weights}})


def test_what_runs_is_taken_back_while_the_policy_is_wrong() -> None:
    def wrong() -> Plan:
        raise PolicyError("rollout.yaml:5: keep: wrong")

    fake = cluster("rolled_back")
    with pytest.raises(PolicyError):
        ProductionCluster(fake, wrong, print, Console(), lambda _: None).roll_back(NEW, "r", now=True)
    fake = Obedient(cluster("second_step").objects)
    assert ProductionCluster(fake, wrong, print, Console(), lambda _: None).roll_back(None, "r", now=True) == 0
    assert fake.patches[-1][1]["abort"] is True


def test_a_report_is_of_the_named_rollout(tmp_path: Path) -> None:
    found = production(cluster("rolled_back"))
    name = newest(of(recorded("rolled_back"))).name
    assert found.write_report(name, tmp_path).read_text().startswith("# Rolled back")
    assert name in found.status()
    with pytest.raises(UnknownRollout):
        found.follow("nobody")


def connect(text: str, **variables: str) -> ProductionCluster:
    return ProductionCluster.connect({TEXT: text, **variables}, lambda: PLAN, print, Console())


def test_the_namespace_is_the_kubeconfigs() -> None:
    without_authority = changed("clusters", 0, "cluster", "certificate-authority-data")
    assert connect(without_authority).cluster.namespace == "my-agent"


def test_a_login_with_githubs_token_is_refused_at_once_where_the_job_may_not_ask_for_it() -> None:
    with pytest.raises(WrongInput, match="uncomment `id-token: write`"):
        connect(changed("contexts", 1, "context", "user"))


@pytest.mark.parametrize(
    "text",
    [
        yaml.safe_dump(WHOLE),  # its authority is no certificate
        changed("clusters", 0, "cluster", "certificate-authority-data", to="!"),
        changed("users", 0, "user", to={"auth-provider": {"name": "gcp"}}),
        changed("users", 0, "user", to={"token": 5}),
    ],
)
def test_what_the_client_can_not_use_is_refused_without_its_text(text: str) -> None:
    with pytest.raises(NoCluster, match="the kubeconfig can't be used"):
        connect(text)


@pytest.mark.parametrize(
    ("target", "says"),
    [("kubernetes", "KUBECONFIG is not set: it is a secret or variable"), ("docker", "DOCKER_HOST is not set: it is")],
)
@pytest.mark.parametrize("command", [["deploy", NEW, ENGINE], ["restore", NEW, "--reason=x"], ["evidence", "x"]])
def test_rollout_yaml_says_which_login_a_command_needs(
    command: list[str],
    target: str,
    says: str,
    checkout: Checkout,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("DOCKER_HOST", TEXT):
        monkeypatch.setenv(name, "")
    for name, value in {"SERVER_URL": "x", "WORKFLOW_REF": "x", "SHA": "x", "REPOSITORY": "a/b"}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    for name, value in {"GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1", "APPROVED_AT": "1"}.items():
        monkeypatch.setenv(name, value)
    checkout.write("rollout.yaml", SMALL.replace("target: docker", f"target: {target}"))
    assert main(command) == 2
    assert f"::error::{says}" in capsys.readouterr().err
