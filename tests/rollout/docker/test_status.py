"""The status of a host, for people and for programs."""

from json import dumps

from rollout.docker import status
from rollout.onhost import names
from tests.rollout.docker.fakes import MADE, RELEASE, FakeDocker, engine, host, says, stable

NEWEST = {"rollout": "r", "release": RELEASE, "stable": None, "verdict": "promoted", "headline": "Promoted"}


def played() -> FakeDocker:
    answer = says(dumps({"rollouts": [NEWEST], "running": "r"}))
    return FakeDocker({"status": answer}, [stable(), engine("r", "running")])


def test_programs_get_the_stable_release_both_slots_and_the_engine() -> None:
    docker = played()
    assert status.for_programs(host(docker), every=False) == {
        "service": "my-agent",
        "stable": RELEASE,
        "stable_since": None,
        "slots": {
            "blue": {
                "role": "stable",
                "release": RELEASE,
                "state": "running",
                "healthy": True,
                "created": MADE.timestamp(),
            },
            "green": None,
        },
        "answering": RELEASE,
        "foreign": [],
        "engine": {"rollout": "r", "by": "maria"},
        "rollouts": [NEWEST],
        "running": "r",
    }
    assert [command for command in docker.asked if "--json" in command and "--all" not in command]


def test_people_get_one_line_for_each() -> None:
    assert status.for_people(host(played()), every=True).splitlines()[:3] == [
        f"stable  blue   {RELEASE}, running, healthy, created 2026-11-24T13:00:00+00:00",
        "other   green  empty",
        "engine         of r, started by maria",
    ]


def test_a_host_without_a_release_is_not_an_error() -> None:
    docker = FakeDocker({"status": says('{"rollouts": [], "running": null, "unreadable": {}}')})
    found = status.for_programs(host(docker), every=True)
    assert (found["stable"], found["engine"], found["rollouts"]) == (None, None, [])


def test_a_stable_that_does_not_answer_is_named_with_who_does() -> None:
    docker = played()
    docker.ill = ["blue"]
    assert "stable does not answer: nobody answers" in status.for_people(host(docker), every=False)
    docker.add("my-agent-green", **{names.RELEASE: "another"})
    assert "stable does not answer: another answers instead" in status.for_people(host(docker), every=False)
    assert status.for_programs(host(docker), every=False)["answering"] == "another"
