"""Releases on a real cluster, by the rendered policy, while users send requests."""

import pytest

from tests.cluster.load import Sending
from tests.cluster.policy import quick
from tests.cluster.service import Release, Service

pytestmark = pytest.mark.cluster


def test_a_good_release_is_promoted_and_no_request_is_lost(service: Service, load: Sending) -> None:
    before, old = load.counts(), service.stable()
    release = service.apply(Release())
    new = service.latest()
    for weight in (5, 25, 100):
        service.wait_for_weight(weight)
    service.wait(lambda: service.paused_for_keep(release.policy))
    service.wait_for_phase("Healthy")
    assert service.stable() == new != old
    counts = load.counts()
    assert counts["lost"] == before["lost"], counts["lost_by_kind"]
    assert counts["releases"].keys() <= before["releases"].keys() | {new}
    assert (counts.errors(old), counts.errors(new)) == (0, 0)
    assert counts.answered(new) > 0


def test_a_release_with_errors_is_aborted_at_5_percent(service: Service, load: Sending) -> None:
    before, stable = load.counts(), service.stable()
    service.apply(Release(model="offline:errors=1"))
    bad = service.latest()
    service.wait_for_weight(5)
    service.wait(service.aborted)
    service.wait_for_weight(0, 10)
    assert service.rollout()["status"]["phase"] == "Degraded"
    assert service.stable() == stable
    assert service.analyses(bad)["Background"]["phase"] == "Failed"
    counts = load.counts()
    assert counts["lost"] == before["lost"], counts["lost_by_kind"]
    assert counts.errors(stable) == 0
    assert 0 < counts.answered(bad) < 0.1 * (counts["sent"] - before["sent"])


def test_a_release_that_turns_bad_later_is_aborted_at_25_percent(service: Service, load: Sending) -> None:
    """Its errors begin 45 s after its start: 5 % is over by then, 25 % is not."""
    before, stable = load.counts(), service.stable()
    steps = {"5%": "10s", "25%": "3m", "100%": "10s"}
    service.apply(Release(model="offline:after=45s,errors=1", policy=quick(steps)))
    bad = service.latest()
    service.wait_for_weight(25, 45)
    service.wait(service.aborted)
    service.wait_for_weight(0, 10)
    assert service.stable() == stable
    counts = load.counts()
    assert counts["lost"] == before["lost"], counts["lost_by_kind"]
    assert counts.errors(stable) == 0
    assert counts.errors(bad) > 0


def test_after_promotion_stable_keeps_its_size_and_a_gate_takes_traffic_back(service: Service, load: Sending) -> None:
    """`keep` is a last step that pauses: at 100 %, with the gates active and all of stable's pods."""
    before, stable = load.counts(), service.stable()
    policy = quick({"100%": "10s"}, keep="5m")
    service.apply(Release(model="offline:after=60s,errors=1", policy=policy))
    new = service.latest()
    service.wait(lambda: service.paused_for_keep(policy), 60)
    assert service.weight() == 100
    assert (service.ready_pods(stable), service.ready_pods(new)) == (2, 2)
    assert service.analyses(new)["Background"]["phase"] == "Running"
    service.wait(service.aborted)
    service.wait_for_weight(0, 10)
    assert service.stable() == stable
    counts = load.counts()
    assert counts["lost"] == before["lost"], counts["lost_by_kind"]
    assert counts.errors(stable) == 0
    answered = counts.answered(stable)
    service.wait(lambda: load.counts().answered(stable) > answered + 10, 30)
