"""The refusals of a rollback, each with its own code, and the meaning of its verdict."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from rollout.docker.examine import check_stable
from rollout.docker.rollback import Rollback, former, rollback
from rollout.errors import AlreadyStable, NoOtherRelease, NotAnswering, Refused, UnsupportedTarget
from rollout.onhost import names
from rollout.onhost.command import parser
from rollout.onhost.routing import Routing
from rollout.router.split import Slot
from tests.rollout.docker.fakes import RELEASE, FakeDocker, engine, host, says, stable
from tests.rollout.policies import SMALL

ANOTHER = RELEASE.replace("a" * 64, "b" * 64)
NOBODY = Path("nowhere.yaml")


@pytest.mark.parametrize(("release", "refusal"), [(RELEASE, AlreadyStable), (None, NoOtherRelease)])
def test_a_stable_release_and_a_missing_one_have_different_codes(release: str | None, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        rollback(host(FakeDocker({}, [stable()])), release, NOBODY, "why", print, now=True)


def test_starting_the_stable_release_has_the_same_code() -> None:
    with pytest.raises(AlreadyStable):
        check_stable(host(FakeDocker({}, [stable()])), "blue", stable(), RELEASE)


@pytest.mark.parametrize("state", ["exited", "paused", "restarting"])
def test_a_stable_release_that_has_stopped_is_not_said_to_be_in_order(state: str, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL, encoding="utf-8")
    docker = FakeDocker({}, [replace(stable(), state=state)])
    with pytest.raises(Refused, match=f"{RELEASE} is {state}.*--now") as refused:
        rollback(host(docker), RELEASE, path, "why", print, now=False)
    assert not isinstance(refused.value, AlreadyStable)


@pytest.mark.parametrize("now", [True, False])
def test_a_stable_release_is_said_to_be_in_order_only_after_it_has_answered(now: bool) -> None:
    """Its health check passes, but a request through the router gets another answer."""
    routing = asdict(Routing(up=["blue"], sent=["blue"], answering=None, checks={"blue": "L7OK", "green": "L4CON"}))
    docker = FakeDocker({"routing": says(json.dumps(routing))}, [stable()])
    with pytest.raises(NotAnswering, match="does not answer"):
        rollback(host(docker), RELEASE, NOBODY, "why", print, now=now)
    with pytest.raises(NotAnswering, match="does not answer"):
        check_stable(host(docker), "blue", stable(), RELEASE)


def test_a_rollback_that_starts_a_rollout_checks_the_target(tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("target: docker", "target: kubernetes"), encoding="utf-8")
    docker = FakeDocker({}, [stable()])
    with pytest.raises(UnsupportedTarget):
        rollback(host(docker), ANOTHER, path, "why", print, now=True)
    assert docker.asked == [["survey"]]


def test_a_running_engine_is_rolled_back_whatever_the_policy_says_now() -> None:
    docker = FakeDocker({"order": says("ordered")}, [stable(), engine("r", "running")])
    assert rollback(host(docker), None, NOBODY, "why", print, now=False) == Rollback("r", back_to="blue")
    assert docker.asked[-1][:3] == ["order", "rollback", "r"]


@pytest.mark.parametrize("reason", ["why", "-x", "--state", ""])
def test_a_reason_reaches_the_host_whatever_it_begins_with(reason: str, tmp_path: Path) -> None:
    docker = FakeDocker({"order": says("ordered")})
    host(docker).order("abort", "r", reason)
    (command,) = docker.asked
    here = [str(tmp_path) if each == names.STATE else each for each in command]
    assert parser().parse_args(here).reason == reason


@pytest.mark.parametrize(
    ("back_to", "verdict", "code"),
    [
        ("blue", "rolled_back", 0),
        ("blue", "in_doubt", 0),
        ("blue", "promoted", 3),
        ("green", "rolled_back", 3),  # blue answers
        ("green", "in_doubt", 3),
        (None, "promoted", 0),
        (None, "rolled_back", 1),
        (None, "in_doubt", 3),
    ],
)
def test_the_exit_code_says_whether_the_release_was_restored(back_to: Slot | None, verdict: str, code: int) -> None:
    assert Rollback("r", back_to).exit_code(verdict, host(FakeDocker({}, [stable()]))) == code


def kept(blue: str = "running", **labels: str) -> FakeDocker:
    """Green was promoted by the rollout `r`, whose engine watches it; blue is kept."""
    docker = FakeDocker(watching="r", stable_slot="green", history=[RELEASE, ANOTHER])
    docker.add("my-agent-blue", blue, **{names.RELEASE: RELEASE, names.ROLLOUT: "q"})
    docker.add("my-agent-green", **{names.RELEASE: ANOTHER, names.ROLLOUT: "r"})
    docker.add("my-agent-engine", **{names.ROLLOUT: "r", names.RELEASE: ANOTHER, **labels})
    return docker


@pytest.mark.parametrize("state", ["exited", "paused", "restarting"])
def test_a_kept_release_that_has_stopped_is_no_way_back(state: str) -> None:
    docker = kept(state)
    with pytest.raises(NotAnswering, match=f"{RELEASE} does not answer.* my-agent-blue is {state}.* starts it again"):
        rollback(host(docker), None, NOBODY, "why", print, now=False)
    assert not any(command[0] == "order" for command in docker.asked)


def test_a_kept_release_whose_health_check_fails_is_no_way_back() -> None:
    docker = kept()
    docker.ill = ["blue"]
    with pytest.raises(NotAnswering, match="the health check of my-agent-blue says L4CON"):
        rollback(host(docker), None, NOBODY, "why", print, now=False)


def test_a_kept_release_that_is_gone_is_no_way_back() -> None:
    docker = kept()
    docker.there = {key: each for key, each in docker.there.items() if each.name != "my-agent-blue"}
    with pytest.raises(NoOtherRelease, match="the release to go back to is gone"):
        rollback(host(docker), None, NOBODY, "why", print, now=False)


def test_a_kept_release_that_has_stopped_is_started_anew_when_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("target: docker", "target: kubernetes"), encoding="utf-8")
    with pytest.raises(UnsupportedTarget):  # so a rollout of its own would start
        rollback(host(kept("exited")), RELEASE, path, "why", print, now=True)


@pytest.mark.parametrize("release", [None, RELEASE])
def test_a_stable_release_that_has_stopped_is_no_way_back(release: str | None) -> None:
    docker = kept("exited")
    docker.stable_slot, docker.watching = "blue", None
    with pytest.raises(NotAnswering, match="does not answer"):
        rollback(host(docker), release, NOBODY, "why", print, now=False)


def test_a_stable_release_that_does_not_answer_is_not_said_to_be_in_order() -> None:
    docker = FakeDocker({}, [stable()], ill=["blue"])
    with pytest.raises(NotAnswering):
        rollback(host(docker), RELEASE, NOBODY, "why", print, now=True)


def test_an_engine_without_the_name_of_its_rollout_is_no_traceback(tmp_path: Path) -> None:
    docker = kept()
    docker.there = {key: each for key, each in docker.there.items() if each.name != "my-agent-engine"}
    docker.watching = None
    docker.add("my-agent-engine")
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("target: docker", "target: kubernetes"), encoding="utf-8")
    with pytest.raises(UnsupportedTarget):  # so a rollout of its own would start
        rollback(host(docker), RELEASE, path, "why", print, now=True)


def test_of_a_kept_release_that_gets_all_traffic_at_once_the_way_back_is_the_stable_one() -> None:
    """Its container has the label of the rollout that started it."""
    docker = kept()
    docker.becomes("my-agent-engine", "exited")
    docker.watching = None
    docker.there = {key: each for key, each in docker.there.items() if each.name != "my-agent-engine"}
    docker.add("my-agent-engine", **{names.ROLLOUT: "s", names.RELEASE: RELEASE})
    assert rollback(host(docker), None, NOBODY, "why", print, now=False) == Rollback("s", back_to="green")


def test_without_a_name_it_is_the_release_before_if_that_was_not_taken_back() -> None:
    assert former(RELEASE, [RELEASE]) == RELEASE
    with pytest.raises(NoOtherRelease, match="name the release to restore as IMAGE@sha256:…"):
        former(None, [])
    with pytest.raises(NoOtherRelease, match=f"`rollout rollback {ANOTHER} --reason ...`"):
        former(None, [RELEASE, ANOTHER])


def test_a_release_that_was_taken_back_is_gone_to_only_by_its_name(tmp_path: Path) -> None:
    """Blue was rolled back in favor of green during its keep."""
    docker = kept()
    docker.there = {key: each for key, each in docker.there.items() if each.name != "my-agent-engine"}
    docker.history = ["the oldest", ANOTHER]
    with pytest.raises(NoOtherRelease) as refused:
        rollback(host(docker), None, NOBODY, "why", print, now=False)
    assert str(refused.value) == (
        f"{RELEASE} is running, but it was rolled back, so it is not the default: name the release to "
        "restore, such as the last good one: `rollout rollback the oldest --reason ...`"
    )
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("target: docker", "target: kubernetes"), encoding="utf-8")
    with pytest.raises(UnsupportedTarget):  # so a rollout of its own would start
        rollback(host(docker), RELEASE, path, "why", print, now=False)
