"""A start is one patch, at the version of the Rollout that was examined, and only if nothing speaks against it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rollout.errors import (
    AlreadyStable,
    ClusterFailed,
    Locked,
    NoCluster,
    NotAnswering,
    PartFailed,
    Refused,
    Stale,
    Unverified,
)
from rollout.image import Image
from rollout.journal.provenance import Provenance
from rollout.kubernetes import record
from rollout.kubernetes.follow import until_begun
from rollout.kubernetes.request import StartRequest
from rollout.kubernetes.start import begun, start
from tests.rollout.kubernetes.fakes import PLAN, FakeCluster, cluster
from tests.rollout.kubernetes.objects import of

NEW = f"ghcr.io/my-org/my-agent@sha256:{'b' * 64}"
REQUEST = StartRequest(Image.parse(NEW), PLAN, provenance=Provenance(kind="unverified", reason="a test"))
NOW = 1_795_950_000.7


def begin(fake: FakeCluster, request: StartRequest = REQUEST) -> str:
    return start(request, fake, lambda _: None, clock=lambda: NOW)


def stable(fake: FakeCluster) -> str:
    found = of(fake.objects).stable
    assert found is not None
    return found.release


def pods_of_stable(fake: FakeCluster, ready: int) -> None:
    for each in fake.objects["replica_sets"]:
        if each["metadata"]["labels"]["rollouts-pod-template-hash"] == fake.objects["rollout"]["status"]["stableRS"]:
            each["status"]["readyReplicas"] = ready


def test_one_patch_sets_the_image_when_it_started_and_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLOUT_BY", "ada")
    fake = cluster("rolled_back")
    rollout = begin(fake)
    ((what, change),) = fake.patches
    assert what == "rollout"
    assert set(change) == {
        "/metadata/annotations",
        "/spec/template/metadata/annotations",
        "/spec/template/spec/containers/0/image",
    }
    assert change["/spec/template/spec/containers/0/image"] == NEW
    assert change["/spec/template/metadata/annotations"]["started"] == "1795950000"
    started = record.start_in(change["/metadata/annotations"])
    assert started is not None
    assert (started.rollout, started.release, started.stable, started.by) == (rollout, NEW, stable(fake), "ada")
    assert started.provenance.reason == "a test"
    assert [step.weight for step in started.policy.steps] == [0.05, 1.0]


def test_the_orders_of_the_rollout_before_are_not_those_of_this_one() -> None:
    fake = cluster("rolled_back")
    fake.objects["rollout"]["metadata"]["annotations"] |= {record.ORDERS: "[]", "mine": "stays"}
    begin(fake)
    annotations = fake.patches[0][1]["/metadata/annotations"]
    assert (record.ORDERS in annotations, annotations["mine"]) == (False, "stays")


@pytest.mark.parametrize("name", ["second_step", "just_started"])
def test_a_running_rollout_keeps_out_another(name: str) -> None:
    fake = cluster(name)
    if name == "just_started":
        fake.objects["rollout"]["status"]["currentPodHash"] = of(fake.objects).attempts[-1].hash
    with pytest.raises(Locked, match="is running"):
        begin(fake)
    assert fake.patches == []


def test_so_does_one_whose_gates_are_still_active() -> None:
    fake = cluster("keep")
    with pytest.raises(Locked, match="end it with `rollout promote`, or go back with `rollout rollback`"):
        begin(fake)
    assert fake.patches == []


def test_so_does_a_change_that_argo_has_not_seen() -> None:
    fake = cluster("rolled_back")
    fake.objects["rollout"]["metadata"]["generation"] += 1
    with pytest.raises(Locked, match="its controller is not running"):
        begin(fake)


def test_somebody_who_is_faster_is_seen_at_the_next_try() -> None:
    fake = cluster("rolled_back", races=1)
    begin(fake)
    assert len(fake.patches) == 1
    with pytest.raises(ClusterFailed, match="again and again"):
        begin(cluster("rolled_back", races=100))


def test_the_release_that_is_stable_has_nothing_to_do_if_it_answers() -> None:
    fake = cluster("rolled_back")
    request = replace(REQUEST, image=Image.parse(stable(fake)))
    with pytest.raises(AlreadyStable):
        begin(fake, request)
    pods_of_stable(fake, 0)
    with pytest.raises(NotAnswering, match="none of its pods is ready"):
        begin(fake, request)


def test_without_a_stable_release_that_answers_there_is_nothing_to_compare_with() -> None:
    fake = cluster("rolled_back")
    pods_of_stable(fake, 0)
    with pytest.raises(Refused, match="has no ready pod"):
        begin(fake)
    begin(fake, replace(REQUEST, at_once="nothing answers"))
    assert len(fake.patches) == 1


def test_a_release_that_was_never_stable_needs_a_reason() -> None:
    fake = cluster("rolled_back")
    with pytest.raises(Unverified):
        begin(fake, replace(REQUEST, provenance=None))
    assert fake.patches == []


Break = Callable[[dict[str, Any]], None]
BREAKS: dict[str, Break] = {
    "spec.strategy.canary.steps": lambda spec: spec["strategy"]["canary"]["steps"].pop(),
    "spec.progressDeadlineSeconds": lambda spec: spec.update(progressDeadlineSeconds=5),
    "spec.strategy.canary.steps[1].setWeight": lambda spec: spec["strategy"]["canary"]["steps"][1].update(setWeight=50),
}


@pytest.mark.parametrize("where", BREAKS)
def test_a_cluster_with_another_policy_is_refused(where: str) -> None:
    fake = cluster("rolled_back")
    BREAKS[where](fake.objects["rollout"]["spec"])
    with pytest.raises(Stale) as refused:
        begin(fake)
    assert f"Rollout agent: {where})" in str(refused.value)


def test_argo_writes_no_false() -> None:
    fake = cluster("rolled_back")
    del fake.objects["rollout"]["spec"]["strategy"]["canary"]["dynamicStableScale"]
    begin(fake)


def test_the_first_release_is_started_whatever_became_of_another_first_one() -> None:
    fake = cluster("rolled_back")
    fake.objects["rollout"]["status"] = {"observedGeneration": str(fake.objects["rollout"]["metadata"]["generation"])}
    fake.objects["replica_sets"], fake.objects["analysis_runs"] = [], []
    begin(fake)
    started = json.loads(fake.patches[0][1]["/metadata/annotations"][record.STARTED])
    assert (started["stable"], started["at_once"]) == (None, "the first release here: nothing to compare it with")


def test_a_cluster_that_does_not_answer_was_not_touched() -> None:
    with pytest.raises(NoCluster, match="Nothing was touched"):
        begin(cluster("rolled_back", fails_at=1))


def attempted(fake: FakeCluster, rollout: str) -> None:
    """What Argo does with the patch."""
    status = fake.objects["rollout"]["status"]
    for each in fake.objects["replica_sets"]:
        if each["metadata"]["labels"]["rollouts-pod-template-hash"] == status["currentPodHash"]:
            each["metadata"]["annotations"] |= fake.objects["rollout"]["metadata"]["annotations"]
            each["spec"]["template"]["metadata"]["annotations"]["started"] = "1795950000"
    assert any(each.name == rollout for each in of(fake.objects).attempts)


def test_a_release_that_goes_live_at_once_is_told_to_skip_the_steps_once_argo_has_begun_it() -> None:
    fake = cluster("rolled_back")
    request = replace(REQUEST, at_once="nothing answers")
    rollout = begin(fake, request)
    attempted(fake, rollout)
    assert begun(request, fake, rollout, sleep=lambda _: None).name == rollout
    assert fake.patches[-1] == ("status", {"promoteFull": True})


def test_a_controller_that_does_not_begin_is_said_to_be_the_cause() -> None:
    with pytest.raises(PartFailed, match="its controller may not be running"):
        until_begun(cluster("rolled_back"), "20261129T120000.000Z-agent", lambda _: None, within_seconds=0.0)
