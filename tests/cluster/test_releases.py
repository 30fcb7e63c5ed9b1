"""Releases on a real cluster, with the commands of whoever deploys, while users send requests."""

import json
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.cluster.commands import Done
from tests.cluster.load import Sending
from tests.cluster.policy import quick
from tests.cluster.service import Release, Service

pytestmark = pytest.mark.cluster

PROMOTED, ROLLED_BACK = 0, 1
Follow = Callable[[str], Callable[[], Done]]


@pytest.fixture
def follow(service: Service) -> Iterator[Follow]:
    """Runs `rollout follow NAME` beside the test. What it returns waits for the end."""
    begun: list[subprocess.Popen[str]] = []

    def begin(rollout: str) -> Callable[[], Done]:
        begun.append(service.commands.begin("follow", rollout))
        return lambda: service.commands.ended(begun[-1])

    yield begin
    for process in begun:
        with process:
            process.kill()


def asked(service: Service, *arguments: str) -> dict[str, object]:
    """What a command says that must succeed."""
    done = service.commands.run(*arguments)
    assert done.code == 0, done
    return done.document


def assert_nothing_lost(load: Sending, before: dict[str, object], stable: str) -> None:
    counts = load.counts()
    assert counts["lost"] == before["lost"], counts["lost_by_kind"]
    assert counts.errors(stable) == 0


def test_a_good_release_is_promoted_and_no_request_is_lost(service: Service, load: Sending, follow: Follow) -> None:
    before, old, policy = load.counts(), service.stable(), quick()
    rollout = service.apply(Release(policy=policy))
    new, ended = service.latest(), follow(rollout)
    for weight in (5, 25, 100):
        service.wait_for_weight(weight)
    service.wait(lambda: service.paused_for_keep(policy))
    done = ended()
    assert (done.code, done.document) == (PROMOTED, {"rollout": rollout, "verdict": "promoted"})
    service.wait_for_phase("Healthy")
    assert service.stable() == new != old
    report = asked(service, "report", rollout)
    assert report["verdict"] == "promoted"
    status = asked(service, "status")
    assert (status["running"], status["stable"]) == (None, service.stable_image())
    assert_nothing_lost(load, before, old)
    counts = load.counts()
    assert counts["releases"].keys() <= before["releases"].keys() | {new}
    assert counts.errors(new) == 0
    assert counts.answered(new) > 0


def test_a_release_with_errors_is_aborted_at_5_percent(service: Service, load: Sending, follow: Follow) -> None:
    before, stable = load.counts(), service.stable()
    rollout = service.apply(Release(model="offline:errors=1"))
    bad, ended = service.latest(), follow(rollout)
    service.wait_for_weight(5)
    service.wait(service.aborted)
    service.wait_for_weight(0, 10)
    done = ended()
    assert (done.code, done.document) == (ROLLED_BACK, {"rollout": rollout, "verdict": "rolled_back"})
    assert service.rollout()["status"]["phase"] == "Degraded"
    assert service.stable() == stable
    assert service.analyses(bad)["Background"]["phase"] == "Failed"
    report = asked(service, "report", rollout)
    assert report["verdict"] == "rolled_back"
    assert report["gate"] in {"errors", "new_exceptions", "completion"}
    assert_nothing_lost(load, before, stable)
    counts = load.counts()
    assert 0 < counts.answered(bad) < 0.1 * (counts["sent"] - before["sent"])


def test_a_release_that_turns_bad_later_is_aborted_at_25_percent(
    service: Service, load: Sending, follow: Follow
) -> None:
    """Its errors begin 70 s after its start: 5 % is over by then, 25 % is not."""
    before, stable = load.counts(), service.stable()
    steps = {"5%": "10s", "25%": "3m", "100%": "10s"}
    rollout = service.apply(Release(model="offline:after=70s,errors=1", policy=quick(steps)))
    bad, ended = service.latest(), follow(rollout)
    service.wait_for_weight(25, 70)
    service.wait(service.aborted)
    service.wait_for_weight(0, 10)
    assert ended().code == ROLLED_BACK
    assert service.stable() == stable
    assert_nothing_lost(load, before, stable)
    assert load.counts().errors(bad) > 0


def test_after_promotion_stable_keeps_its_size_and_a_gate_takes_traffic_back(service: Service, load: Sending) -> None:
    """`keep` is a last step that pauses: at 100 %, with the gates active and all of stable's pods."""
    before, stable = load.counts(), service.stable()
    policy = quick({"100%": "10s"}, keep="5m")
    rollout = service.apply(Release(model="offline:after=75s,errors=1", policy=policy))
    new = service.latest()
    service.wait(lambda: service.paused_for_keep(policy), 75)
    assert service.weight() == 100
    assert (service.ready_pods(stable), service.ready_pods(new)) == (2, 2)
    assert service.analyses(new)["Background"]["phase"] == "Running"
    service.wait(service.aborted)
    service.wait_for_weight(0, 10)
    followed = service.commands.run("follow", rollout)
    assert (followed.code, followed.document["verdict"]) == (ROLLED_BACK, "rolled_back")
    assert service.stable() == stable
    assert_nothing_lost(load, before, stable)
    answered = load.counts().answered(stable)
    service.wait(lambda: load.counts().answered(stable) > answered + 10, 30)


def test_a_person_aborts_a_release(service: Service, load: Sending, follow: Follow) -> None:
    before, stable, image = load.counts(), service.stable(), service.stable_image()
    rollout = service.apply(Release(policy=quick({"5%": "3m", "100%": "10s"})))
    ended = follow(rollout)
    service.wait_for_weight(5)
    status = asked(service, "status")
    assert (status["running"], status["stable"], status["answering"]) == (rollout, image, image)
    refused = service.commands.run("start", service.image_of(Release()), "--unverified", "too early")
    assert (refused.code, refused.refused) == (2, "locked")
    said = asked(service, "abort", "--reason", "wrong prompt")
    assert said == {"rollout": rollout, "order": "abort"}
    assert ended().code == ROLLED_BACK
    assert (service.weight(), service.stable()) == (0, stable)
    report = asked(service, "report", rollout)
    assert "wrong prompt" in json.dumps(report)
    nothing = service.commands.run("abort", "--reason", "again")
    assert (nothing.code, nothing.refused) == (2, "not_running")
    assert_nothing_lost(load, before, stable)


def test_a_person_ends_the_hold_and_keep_and_then_rolls_back(service: Service, load: Sending, follow: Follow) -> None:
    before, old, old_image = load.counts(), service.stable(), service.stable_image()
    policy = quick({"5%": "3m", "100%": "10s"}, keep="5m")
    rollout = service.apply(Release(policy=policy))
    ended = follow(rollout)
    service.wait_for_weight(5)
    service.wait(lambda: service.commands.run("promote", "--reason", "long enough").code == 0)
    service.wait_for_weight(100)
    service.wait(lambda: service.paused_for_keep(policy))
    assert ended().code == PROMOTED
    assert asked(service, "promote", "--reason", "no need to keep") == {"rollout": rollout, "order": "promote"}
    service.wait_for_phase("Healthy")
    assert service.stable() != old
    rolled_back = service.commands.run("rollback", "--now", "--reason", "slower than we like")
    assert (rolled_back.code, rolled_back.document["verdict"]) == (PROMOTED, "promoted")
    service.wait_for_phase("Healthy")
    assert service.stable_image() == old_image
    again = service.commands.run("rollback", old_image, "--reason", "again")
    assert (again.code, again.refused) == (2, "already_stable")
    assert_nothing_lost(load, before, old)


def test_a_rollback_takes_a_running_rollout_back(service: Service) -> None:
    stable = service.stable()
    rollout = service.apply(Release(policy=quick({"5%": "3m", "100%": "10s"})))
    service.wait_for_weight(5)
    done = service.commands.run("rollback", "--reason", "not today")
    assert (done.code, done.document) == (0, {"rollout": rollout, "verdict": "rolled_back"})
    assert (service.weight(), service.stable()) == (0, stable)


def test_doctor_finds_what_the_deployer_may_see(service: Service) -> None:
    done = service.commands.run("doctor")
    found = {(each["level"], each["code"]) for each in done.document["findings"]}
    assert {("ok", "access"), ("ok", "cluster"), ("ok", "answers"), ("ok", "rendered"), ("ok", "prometheus")} <= found
    assert ("warning", "controller") in found
    assert "problem" not in {level for level, _ in found}
    assert done.code == 0
