"""The objects of a real cluster -> the events that an engine would have written."""

import copy
from typing import Any

import pytest

from rollout import report
from rollout.journal.events import Measured
from rollout.kubernetes.seen import course, story
from tests.rollout.kubernetes.objects import events, names, newest, of, recorded, run, service

UNPROVED = "it is stable, but not by this rollout's gates"


def verdict(objects: dict[str, Any]) -> str:
    found = of(objects)
    return report.gather(story(found, newest(found)), True).final.verdict


def headline(name: str, attempt: int = -1) -> str:
    found = service(name)
    return report.headline(report.gather(story(found, found.attempts[attempt]), True))


def test_the_first_release_was_promoted_without_gates() -> None:
    found = service("rolled_back")
    assert names(found, found.attempts[0]) == ["started", "ready", "verdict", "promoted", "ended"]
    assert events(found, found.attempts[0])[0][1]["stable"] is None


def test_a_step_begins_when_the_one_before_was_passed() -> None:
    found = service("second_step")
    assert names(found) == ["started", "ready", "shifted", "shifted"]
    shifts = [values for name, values in events(found) if name == "shifted"]
    assert [(each["weight_before"], each["weight"]) for each in shifts] == [(0.0, 0.05), (0.05, 0.25)]
    assert headline("second_step").startswith("Running at 25 %")


def test_a_release_whose_steps_were_passed_and_that_has_all_traffic_is_promoted_and_its_gates_stay_active() -> None:
    found = service("keep")
    assert names(found)[-2:] == ["verdict", "promoted"]
    assert story(found, newest(found)).keeps
    measured = [each for each in course(found, newest(found)) if isinstance(each, Measured)]
    assert [measured[0].keep, measured[-1].keep] == [False, True]
    assert {reading.outcome for reading in measured[-1].gates} == {"pass"}


def test_keep_is_over_when_argo_has_made_it_stable() -> None:
    found = service("just_started")
    promoted = found.attempts[-2]
    assert names(found, promoted)[-4:] == ["verdict", "promoted", "kept", "ended"]
    assert headline("just_started", -2) == "Promoted after 1 m 18 s: every gate passed at every step"


def test_a_failed_gate_takes_the_release_back_and_is_named() -> None:
    found = service("rolled_back")
    assert names(found) == ["started", "ready", "shifted", "verdict", "restored", "ended"]
    values = dict(events(found))["verdict"]
    assert (values["verdict"], values["gate"], values["weight"]) == ("rolled_back", "new_exceptions", 0.05)
    assert values["reason"] == (
        "new_exceptions: above 0.1 % and 1 x stable, with evidence of 6.47 standard deviations; 4.2 fails"
    )


def test_gates_that_could_not_be_decided_leave_the_release_in_doubt() -> None:
    found = service("second_step")
    assert names(found, found.attempts[1]) == [
        "started",
        "ready",
        "shifted",
        "extended",
        "verdict",
        "restored",
        "ended",
    ]
    assert headline("second_step", 1) == (
        "In doubt at 5 % after 1 m 10 s: errors and refusals did not pass step 1 within 1 m"
    )


def test_a_moment_after_the_start_the_status_still_speaks_of_the_release_before() -> None:
    objects = recorded("just_started")
    objects["rollout"]["status"] |= {"currentPodHash": objects["rollout"]["status"]["stableRS"], "abort": True}
    assert names(of(objects)) == ["started"]


@pytest.mark.parametrize("abort", [True, False])
def test_traffic_is_back_once_argo_has_written_it(abort: bool) -> None:
    objects = recorded("rolled_back")
    objects["rollout"]["status"]["canary"]["weights"]["canary"]["weight"] = 5
    objects["rollout"]["status"]["abort"] = abort
    assert names(of(objects))[-1] == "verdict"


def test_the_weight_is_not_there_before_argo_has_written_it() -> None:
    objects = recorded("second_step")
    objects["rollout"]["status"]["canary"]["weights"]["canary"]["weight"] = 5
    assert names(of(objects)) == ["started", "ready", "shifted"]


def test_a_release_without_all_traffic_is_not_promoted() -> None:
    objects = recorded("keep")
    assert verdict(objects) == "running"
    assert "promoted" in names(of(objects))
    objects["rollout"]["status"]["canary"]["weights"]["canary"]["weight"] = 25
    assert "promoted" not in names(of(objects))


@pytest.mark.parametrize("step", [1, 2, 3])
def test_neither_is_one_with_a_run_that_was_ended_before_it_passed(step: int) -> None:
    objects = recorded("keep")
    first = run(objects, step)["status"]["metricResults"][0]
    first.pop("successful")
    assert run(objects, step)["status"]["phase"] == "Successful"
    assert "promoted" not in names(of(objects))


@pytest.mark.parametrize("step", [None, 1, 3])
def test_neither_is_one_with_two_runs_of_a_kind(step: int | None) -> None:
    objects = recorded("keep")
    objects["analysis_runs"].append(copy.deepcopy(run(objects, step)))
    assert "promoted" not in names(of(objects))


@pytest.mark.parametrize("step", [None, 2])
def test_one_that_is_stable_without_its_runs_is_in_doubt(step: int | None) -> None:
    objects = recorded("keep")
    objects["rollout"]["status"]["stableRS"] = objects["rollout"]["status"]["currentPodHash"]
    objects["analysis_runs"].remove(run(objects, step))
    found = of(objects)
    final = report.gather(story(found, newest(found)), True).final
    assert (final.verdict, final.reason.startswith(UNPROVED)) == ("in_doubt", True)


def test_an_order_is_the_reason_of_the_way_back() -> None:
    objects = recorded("second_step")
    order = '[{"time": 1795948870.0, "event": "order", "order": "abort", "by": "ada", "reason": "users complain"}]'
    status, hashed = objects["rollout"]["status"], objects["rollout"]["status"]["currentPodHash"]
    status |= {"abort": True, "abortedAt": "2026-11-29T10:41:11Z"}
    status["canary"]["weights"]["canary"]["weight"] = 0
    for each in objects["replica_sets"]:
        if each["metadata"]["labels"]["rollouts-pod-template-hash"] == hashed:
            each["metadata"]["annotations"]["agent-release/orders"] = order
    found = dict(events(of(objects)))
    assert found["verdict"]["reason"] == "aborted by ada: users complain"
    assert (found["ended"]["verdict"], found["order"]["by"]) == ("rolled_back", "ada")


def test_an_abort_by_other_means_is_told_with_argos_message() -> None:
    objects = recorded("second_step")
    objects["rollout"]["status"] |= {"abort": True, "abortedAt": "2026-11-29T10:41:11Z"}
    objects["rollout"]["status"]["canary"]["weights"]["canary"]["weight"] = 0
    assert dict(events(of(objects)))["verdict"]["reason"].startswith("aborted, but not by `rollout`: ")


def test_a_canary_that_never_got_ready_is_said_to_be_one() -> None:
    objects = recorded("just_started")
    status = objects["rollout"]["status"]
    status |= {"abort": True, "abortedAt": "2026-11-29T10:45:11Z", "currentPodHash": newest(of(objects)).hash}
    status["canary"]["weights"]["canary"]["weight"] = 0
    said = 'Rollout aborted update to revision 4: ReplicaSet "agent-6dc46fc7fc" has timed out progressing.'
    status["conditions"] = [{"type": "Progressing", "reason": "RolloutAborted", "message": said}]
    assert dict(events(of(objects)))["verdict"]["reason"] == "the canary never got ready within 1 m"


def test_no_usable_answer_leaves_the_release_in_doubt() -> None:
    objects = recorded("rolled_back")
    background = run(objects, None)["status"]
    background["phase"] = "Error"
    for each in background["metricResults"]:
        if each["phase"] == "Failed":
            each |= {"phase": "Error", "message": "dial tcp: connection refused"}
    assert dict(events(of(objects)))["verdict"]["reason"] == (
        "new_exceptions: no usable answer from Prometheus: dial tcp: connection refused"
    )
    assert verdict(objects) == "in_doubt"


def test_a_release_that_another_one_replaced_was_rolled_back() -> None:
    objects = recorded("just_started")
    for each in objects["analysis_runs"]:
        for argument in each["spec"]["args"]:
            if argument["name"] == "stable":
                argument["value"] = "unknown"
    found = of(objects)
    left = found.attempts[1]
    objects["analysis_runs"] = [
        each
        for each in objects["analysis_runs"]
        if each["metadata"]["labels"]["rollouts-pod-template-hash"] != left.hash
    ]
    assert dict(events(of(objects), of(objects).attempts[1]))["verdict"]["reason"] == (
        "it did not become stable before another release was started"
    )


def test_a_change_by_other_means_is_a_rollout_of_its_own_without_the_record_that_argo_copied() -> None:
    objects = recorded("rolled_back")
    copied = copy.deepcopy(objects["replica_sets"][0])
    for each in objects["replica_sets"]:
        if each["metadata"]["labels"]["rollouts-pod-template-hash"] == newest(of(objects)).hash:
            copied = copy.deepcopy(each)
    copied["metadata"]["labels"]["rollouts-pod-template-hash"] = "other"
    copied["metadata"]["annotations"]["rollout.argoproj.io/revision"] = "9"
    objects["replica_sets"].append(copied)
    objects["rollout"]["status"]["currentPodHash"] = "other"
    found = of(objects)
    assert len({each.name for each in found.attempts}) == len(found.attempts)
    assert newest(found).recorded is None
    started = events(found)[0][1]
    assert (started["by"], [step["weight"] for step in started["policy"]["steps"]]) == ("unknown", [0.05, 0.25, 1.0])
    assert started["policy"]["keep_seconds"] == 40.0


def test_objects_of_others_in_the_namespace_are_left_out() -> None:
    objects = recorded("rolled_back")
    for each in objects["replica_sets"][1:]:
        each["metadata"]["ownerReferences"] = [{"uid": "another"}]
    assert len(of(objects).attempts) == 1


@pytest.mark.parametrize("name", ["second_step", "keep", "just_started", "rolled_back"])
def test_every_rollout_has_a_report(name: str) -> None:
    found = service(name)
    for attempt in found.attempts:
        evidence = report.gather(story(found, attempt), True)
        assert report.document(evidence)["target"] == "kubernetes"
        assert "# " in report.markdown(evidence, "x.svg")
        assert report.picture(evidence).startswith("<svg")


def test_a_report_speaks_of_what_a_cluster_has() -> None:
    found = service("rolled_back")
    evidence = report.gather(story(found, newest(found)), True)
    text = report.markdown(evidence, "x.svg")
    assert "lease" not in text.lower().replace("release", "")
    assert "Argo Rollouts wrote 1 s after the verdict that stable has all traffic" in text
    assert "Requests: sent: unknown, answered: unknown, lost: unknown" in text
    (gate,) = [each for each in evidence.gates if each.name == "new_exceptions"]
    assert gate.worst is not None
    assert (gate.worst.value, gate.worst.outcome) == (None, "fail")
