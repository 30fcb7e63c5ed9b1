"""What happens to a release on a real cluster when something else fails. The fixture checks that no request is lost."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from tests.cluster.load import Sending
from tests.cluster.parts import ARGO, NODE
from tests.cluster.policy import quick
from tests.cluster.running import Running
from tests.cluster.service import NAMESPACE, Release, Service

pytestmark = pytest.mark.cluster

Measured = Callable[[str, float], None]

NOWHERE = f"sha256:{'0' * 64}"
BAD = Release(model="offline:errors=1")
LEASE_SECONDS = 15
"""How long Argo Rollouts waits for a controller that leads and is silent."""


def killed(cluster: Running, name: str) -> float:
    """Kill a part by its process id; returns when, in seconds of the monotonic clock."""
    os.kill(cluster.pid(name), signal.SIGKILL)
    return time.monotonic()


def test_when_the_leading_controller_is_killed_the_other_one_aborts_a_bad_release(
    cluster: Running, service: Service, measured: Measured
) -> None:
    service.apply(BAD)
    service.wait_for_weight(5)
    leader = cluster.leader(ARGO)
    at = killed(cluster, leader)
    try:
        service.wait(service.aborted)
        service.wait_for_weight(0, 10)
        measured("from the kill of the leader to weight 0", time.monotonic() - at)
    finally:
        cluster.start(leader)


def test_without_a_controller_a_bad_canary_keeps_its_traffic_until_one_runs_again(
    cluster: Running, service: Service, load: Sending, measured: Measured
) -> None:
    service.apply(BAD)
    bad = service.latest()
    service.wait_for_weight(5)
    for name in ARGO:
        killed(cluster, name)
    began = time.monotonic()
    try:
        service.wait(lambda: cluster.firing("RolloutsControllerDown"), 60)
        errors = load.counts().errors(bad)
        service.wait(lambda: load.counts().errors(bad) > errors + 5, 60)
        service.wait(lambda: time.monotonic() > began + 2 * LEASE_SECONDS, 60)
        assert service.weight() == 5
        assert not service.aborted()
    finally:
        for name in ARGO:
            cluster.start(name)
    back = time.monotonic()
    service.wait(service.aborted)
    service.wait_for_weight(0, 10)
    measured("from the start of a controller to weight 0", time.monotonic() - back)
    service.wait(lambda: not cluster.firing("RolloutsControllerDown"), 60)


def test_without_prometheus_a_release_is_aborted(cluster: Running, service: Service) -> None:
    stable = service.stable()
    service.apply(Release())
    new = service.latest()
    service.wait_for_weight(5)
    killed(cluster, "prometheus")
    try:
        service.wait(service.aborted)
        service.wait_for_weight(0, 10)
        assert service.stable() == stable
        assert "Error" in {run.get("phase") for run in service.analyses(new).values()}
    finally:
        cluster.start("prometheus")
        service.wait(lambda: cluster.value('sum(up{job="agent"})') >= 2, 60)


def test_a_second_release_by_other_means_takes_the_place_of_the_first_one(service: Service, load: Sending) -> None:
    """`rollout start` refuses it, `kubectl` does not."""
    stable = service.stable()
    service.apply(Release(policy=quick({"5%": "3m", "100%": "10s"})))
    first = service.latest()
    service.wait_for_weight(5)
    service.wait(lambda: load.counts().answered(first))
    refused = service.commands.run("start", service.image_of(Release()), "--unverified", "a second one")
    assert (refused.code, refused.refused) == (2, "locked")
    assert service.latest() == first
    service.replace(Release())
    second = service.latest()
    service.wait(lambda: load.counts().answered(second))
    answered = load.counts().answered(first)
    service.wait(lambda: load.counts().answered(second) > 5)
    assert load.counts().answered(first) == answered
    assert (service.weight(), service.stable()) == (5, stable)
    service.wait(lambda: service.ready_pods(first) == 0, 60)


def test_an_image_that_can_not_be_pulled_gets_no_request(service: Service, load: Sending) -> None:
    stable = service.stable()
    service.apply(Release(digest=NOWHERE, policy=quick(ready_within="20s")))
    new = service.latest()
    service.wait(service.aborted)
    assert (service.weight(), service.stable()) == (0, stable)
    assert load.counts().answered(new) == 0


def test_an_exhausted_quota_stops_a_release_before_it_gets_a_request(service: Service, load: Sending) -> None:
    stable = service.stable()
    service.wait(lambda: len(service.api.list("pods", NAMESPACE)) == 2, 60)
    quota = {"metadata": {"name": "full"}, "spec": {"hard": {"pods": "2"}}}
    service.api.create("resourcequotas", NAMESPACE, quota)
    try:
        service.wait(lambda: service.api.get("resourcequotas", NAMESPACE, "full").get("status", {}).get("used"), 30)
        service.apply(Release(policy=quick(ready_within="20s")))
        new = service.latest()
        service.wait(service.aborted)
        assert (service.weight(), service.stable()) == (0, stable)
        assert load.counts().answered(new) == 0
        conditions = {each["type"]: each for each in service.rollout()["status"]["conditions"]}
        assert "exceeded quota" in conditions["ReplicaFailure"]["message"]
    finally:
        service.api.delete("resourcequotas", NAMESPACE, "full")


def test_a_drain_of_the_only_node_leaves_one_pod_that_answers(
    cluster: Running, service: Service, load: Sending
) -> None:
    stable = service.stable()
    drain = ["drain", NODE, "--delete-emptydir-data", "--timeout=20s", "--pod-selector=app=agent"]
    try:
        said = cluster.kubectl(*drain, fails=True)
        assert "Cannot evict pod as it would violate the pod's disruption budget" in said
        assert service.ready_pods(stable) == 1
        answered = load.counts().answered(stable)
        service.wait(lambda: load.counts().answered(stable) > answered + 10, 30)
    finally:
        cluster.kubectl("uncordon", NODE)
    service.wait(lambda: service.ready_pods(stable) == 2, 60)


def test_an_abort_takes_traffic_off_the_canary_while_stable_lacks_a_pod(
    cluster: Running, service: Service, load: Sending
) -> None:
    """Argo Rollouts leaves the router's weight as it is until all of stable's pods are there, but points the canary's
    Service at stable's pods at once."""
    stable = service.stable()
    rollout = service.apply(Release(policy=quick({"5%": "3m", "100%": "10s"})))
    canary = service.latest()
    service.wait_for_weight(5)
    cluster.kubectl("cordon", NODE)
    try:
        lost_pod = service.pods(stable)[0]["metadata"]["name"]
        service.api.delete("pods", NAMESPACE, lost_pod)
        service.wait(lambda: service.ready_pods(stable) == 1, 60)
        aborted = service.commands.run("abort", "--reason", "a pod of stable is gone")
        assert aborted.code == 0, aborted
        service.wait(lambda: service.behind("agent-canary") == stable, 30)
        service.wait(lambda: gets_nothing(service, load, canary), 60)
        assert service.weight() == 5
        status = service.commands.run("status").document
        assert status["running"] == rollout
    finally:
        cluster.kubectl("uncordon", NODE)
    service.wait_for_weight(0, 60)
    followed = service.commands.run("follow", rollout)
    assert (followed.code, followed.document["verdict"]) == (1, "rolled_back")


def gets_nothing(service: Service, load: Sending, release: str) -> bool:
    """Whether none of the next twenty answers or more is this release's."""
    before = load.counts()
    service.wait(lambda: load.counts()["answered"] >= before["answered"] + 20, 30)
    return load.counts().answered(release) == before.answered(release)
