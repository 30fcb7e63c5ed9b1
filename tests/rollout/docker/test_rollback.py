"""The refusals of a rollback, each with its own code, and the meaning of its verdict."""

from pathlib import Path

import pytest

from rollout.docker.examine import check_stable
from rollout.docker.rollback import Rollback, rollback
from rollout.errors import AlreadyStable, NoOtherRelease, Refused, UnsupportedTarget
from rollout.onhost import names
from rollout.onhost.command import parser
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
        check_stable(stable(), RELEASE)


def test_a_rollback_that_starts_a_rollout_checks_the_target(tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("target: docker", "target: kubernetes"), encoding="utf-8")
    docker = FakeDocker({}, [stable()])
    with pytest.raises(UnsupportedTarget):
        rollback(host(docker), ANOTHER, path, "why", print, now=True)
    assert docker.asked == [["survey"]]


def test_a_running_engine_is_rolled_back_whatever_the_policy_says_now() -> None:
    docker = FakeDocker({"order": says("told")}, [stable(), engine("r", "running")])
    assert rollback(host(docker), None, NOBODY, "why", print, now=False) == Rollback("r", running=True)
    assert docker.asked[0][:3] == ["order", "rollback", "r"]


@pytest.mark.parametrize("reason", ["why", "-x", "--state", ""])
def test_a_reason_reaches_the_host_whatever_it_begins_with(reason: str, tmp_path: Path) -> None:
    docker = PlayedDocker({"order": says("told")})
    host(docker).order("abort", "r", reason)
    (command,) = docker.asked
    here = [str(tmp_path) if each == names.STATE else each for each in command]
    assert parser().parse_args(here).reason == reason


@pytest.mark.parametrize(
    ("running", "verdict", "code"),
    [
        (True, "rolled_back", 0),
        (True, "in_doubt", 0),
        (True, "promoted", 3),
        (False, "promoted", 0),
        (False, "rolled_back", 1),
        (False, "in_doubt", 3),
    ],
)
def test_the_exit_code_says_whether_the_release_was_restored(running: bool, verdict: str, code: int) -> None:
    assert Rollback("r", running).exit_code(verdict) == code
