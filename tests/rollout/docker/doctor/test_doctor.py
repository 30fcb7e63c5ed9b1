"""`rollout doctor` on a host: what it asks, and what it prints."""

import json
from dataclasses import replace
from typing import Any

import pytest

from rollout.docker import doctor
from rollout.docker.doctor.collect import collect
from rollout.docker.host import Host
from rollout.errors import NoHost
from rollout.finding import ok, problem, warning
from rollout.onhost import names
from tests.rollout.docker.doctor.hosts import BESIDE, NOW, PUBLISHED, container
from tests.rollout.docker.fakes import ENVIRONMENT, RELEASE, FakeDocker, host, says

PARTS = [container(part) for part in ("prometheus", "alertmanager", "blue")]
ROUTER = container("router", published=PUBLISHED)


def healthy(**changes: Any) -> FakeDocker:
    made = FakeDocker({"doctor": says(BESIDE.model_dump_json())}, [*PARTS, ROUTER], pulled=[RELEASE])
    return replace(made, **{"present": [], **changes})


def codes(target: Host, level: str) -> list[str]:
    return [each.code for each in doctor.judge(collect(target, lambda: NOW)) if each.level == level]


def test_a_healthy_host_is_asked_and_nothing_on_it_is_changed() -> None:
    docker = healthy()
    assert (codes(host(docker), "problem"), codes(host(docker), "warning")) == ([], [])
    verbs = {call.partition(" ")[0] for call in docker.calls}
    assert verbs == {"look", "run", "machine", "digests"}
    assert {command[0] for command in docker.asked} == {"survey", "routing", "doctor"}


def test_whatever_call_fails_the_others_are_judged() -> None:
    asked = healthy()
    collect(host(asked))
    for number in range(len(asked.calls)):
        found = doctor.judge(collect(host(healthy(fails_at=number)), lambda: NOW))
        assert [each.code for each in found if each.level == "problem"] == ["unknown"], asked.calls[number]
        assert len([each for each in found if each.level == "ok"]) > 5


def test_an_engines_image_that_does_not_know_the_command_costs_what_it_would_see() -> None:
    docker = healthy(answers={"doctor": says("", "invalid choice: 'doctor'", code=2)})
    assert codes(host(docker), "problem") == ["unknown"]
    assert "answers" in codes(host(docker), "ok")


@pytest.mark.parametrize("out", ["", "[]", "{}"])
def test_an_answer_of_another_format_is_named(out: str) -> None:
    facts = collect(host(healthy(answers={"doctor": says(out)})))
    assert "does not match this command's version" in facts.troubles["host"]


def test_a_release_to_go_back_to_whose_image_is_gone_is_named() -> None:
    before = RELEASE.replace("a" * 64, "b" * 64)
    assert collect(host(healthy(history=[before, RELEASE]))).absent == [before]
    assert collect(host(healthy(history=["a name without a digest", RELEASE]))).absent == []


def test_a_release_that_is_stopped_and_a_foreign_container_are_found() -> None:
    docker = healthy()
    docker.becomes("my-agent-blue", "exited")
    docker.add_foreign("my-agent-green", **{names.PART: "else"})
    assert codes(host(docker), "problem") == ["answers", "foreign"]


def test_a_host_whose_router_is_stopped_is_looked_at_all_the_same() -> None:
    labels = {**ROUTER.labels, names.ENGINE_IMAGE: "engine"}
    docker = healthy(present=[replace(ROUTER, state="exited", labels=labels, environment=ENVIRONMENT)])
    with pytest.raises(NoHost, match="the router my-agent-router is not running"):
        Host.find(docker)
    found = codes(Host.find(docker, stopped=True), "problem")
    assert "part" in found


def test_programs_get_every_finding_and_their_numbers() -> None:
    found = [problem("disk", "full", "rollout prune"), ok("clock", "right")]
    assert json.loads(json.dumps(doctor.document("my-agent", found))) == {
        "service": "my-agent",
        "problems": 1,
        "warnings": 0,
        "findings": [
            {"code": "disk", "level": "problem", "message": "full", "command": "rollout prune"},
            {"code": "clock", "level": "ok", "message": "right", "command": None},
        ],
    }


def test_people_get_a_line_for_each_and_the_command_below_it() -> None:
    found = [problem("disk", "full", "rollout prune"), warning("clock", "late", "timedatectl"), ok("part", "runs")]
    assert list(doctor.lines(found)) == [
        "problem  disk            full",
        "                         rollout prune",
        "warning  clock           late",
        "                         timedatectl",
        "ok       part            runs",
        "1 problem, 1 warning",
    ]
    assert list(doctor.lines([]))[-1] == "0 problems, 0 warnings"
