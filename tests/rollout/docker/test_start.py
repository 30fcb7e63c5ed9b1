"""The order of a start's steps, and the result when each of them fails, with a Docker engine in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from rollout.docker.limits import Limits, of_release
from rollout.docker.request import StartRequest
from rollout.docker.start import StartedRollout, start
from rollout.errors import HostFailed, Locked, NotRunning, Refused
from rollout.image import Image
from rollout.journal.allowed import unverified
from rollout.onhost import names
from rollout.onhost.complaint import Complaint
from tests.rollout.docker.fakes import FakeDocker, says
from tests.rollout.docker.fakes import host as host_with
from tests.rollout.policies import SMALL

REPOSITORY = "ghcr.io/my-org/my-agent"
OLDER, OLD, NEW = (f"{REPOSITORY}@sha256:{digit * 64}" for digit in "012")
BLUE, GREEN, ENGINE = (f"my-agent-{part}" for part in ("blue", "green", "engine"))
CLAIM = f"create {ENGINE}"
LOOKS = ("list", "look at", "cores", "platform", "run survey", "run check-host", "run routing")
"""Ignores its arguments."""


def plain() -> FakeDocker:
    """A host with a stable release in blue and an empty green slot."""
    docker = FakeDocker()
    docker.add(BLUE, **{names.RELEASE: OLD, names.SLOT: "blue", names.ROLLOUT: "first"})
    return docker


def kept() -> FakeDocker:
    """A host whose engine watches the release that it promoted; the old release is still up in green."""
    docker = plain()
    docker.watching = "first"
    docker.add(GREEN, **{names.RELEASE: OLDER, names.SLOT: "green", names.ROLLOUT: "zeroth"})
    docker.add(ENGINE, **{names.ROLLOUT: "first"})
    return docker


def begin(docker: FakeDocker, release: str = NEW, at_once: str | None = None) -> StartedRollout:
    request = StartRequest(Image.parse(release), SMALL, at_once=at_once, provenance=unverified("a test"))
    return start(request, host_with(docker), lambda _: None)


def steps(host: Callable[[], FakeDocker]) -> list[str]:
    """The Docker calls of a successful start."""
    docker = host()
    begin(docker)
    return docker.calls


HOSTS = {"plain": plain, "kept": kept}
EACH_STEP = [
    pytest.param(host, number, id=f"{name}-{number}-{step.replace(' ', '-')}")
    for name, host in HOSTS.items()
    for number, step in enumerate(steps(host))
]


def state(docker: FakeDocker, name: str) -> str | None:
    found = docker.named(name)
    return found.state if found else None


def release_in(docker: FakeDocker, name: str) -> str | None:
    found = docker.named(name)
    return found.labels[names.RELEASE] if found else None


def check_stable_was_left_alone(docker: FakeDocker) -> None:
    assert (release_in(docker, BLUE), state(docker, BLUE)) == (OLD, "running")
    assert [call for call in docker.calls if BLUE in call and not call.startswith("look")] == []


def test_the_slot_is_emptied_then_the_engine_starts_then_the_canary() -> None:
    docker = kept()
    begin(docker)
    assert [call for call in docker.calls if not call.startswith(LOOKS)] == [
        f"pull {REPOSITORY}",
        "run order",
        f"wait for {ENGINE}",
        CLAIM,
        f"remove {ENGINE}",
        CLAIM,
        f"stop {GREEN}",
        f"remove {GREEN}",
        "run wait-until-empty",
        "run targets",
        f"create {GREEN}",
        f"start {ENGINE}",
        f"start {GREEN}",
    ]
    assert (release_in(docker, GREEN), state(docker, GREEN), state(docker, ENGINE)) == (NEW, "running", "running")
    assert docker.targets() == [(f"blue={OLD}", f"green={NEW}")]
    check_stable_was_left_alone(docker)


def test_a_keep_phase_that_ends_by_itself_meanwhile_refuses_nothing() -> None:
    docker = kept()
    docker.answers = {"order": says(Complaint.of(NotRunning("it has ended")).line(), code=2)}
    begin(docker)
    assert docker.calls.count("run survey") == 2, "it may have gone back"
    assert (release_in(docker, GREEN), state(docker, ENGINE)) == (NEW, "running")
    check_stable_was_left_alone(docker)


@pytest.mark.parametrize("complain", [False, True], ids=["docker fails", "the helper fails"])
@pytest.mark.parametrize(("host", "number"), EACH_STEP)
def test_after_a_failed_step_stable_serves_and_the_host_is_free(
    host: Callable[[], FakeDocker], number: int, complain: bool
) -> None:
    docker = host()
    docker.fails_at, docker.helpers_complain = number, complain

    with pytest.raises((Refused, HostFailed)) as failed:
        begin(docker)

    check_stable_was_left_alone(docker)
    refused = not touched(docker, number)
    assert type(failed.value) is (Refused if refused else HostFailed)
    assert ("Nothing was touched" in str(failed.value)) is refused
    assert "could not be removed" not in str(failed.value)
    assert release_in(docker, GREEN) in (OLDER, None)
    assert docker.targets()[-1:] in ([], [(f"blue={OLD}",)])
    if refused:
        assert state(docker, ENGINE) == ("running" if host is kept else None)
    check_next_start_works(docker)


@pytest.mark.parametrize(("host", "number"), EACH_STEP)
def test_an_interrupted_start_removes_what_it_created(host: Callable[[], FakeDocker], number: int) -> None:
    docker = host()
    docker.fails_at, docker.error = number, KeyboardInterrupt()

    with pytest.raises(KeyboardInterrupt):
        begin(docker)

    check_stable_was_left_alone(docker)
    assert release_in(docker, GREEN) in (OLDER, None)
    check_next_start_works(docker)


@pytest.mark.parametrize(("host", "number"), EACH_STEP)
def test_after_a_lost_connection_the_next_start_cleans_up(host: Callable[[], FakeDocker], number: int) -> None:
    docker = host()
    docker.fails_at, docker.fails_until = number, 10_000

    with pytest.raises((Refused, HostFailed)) as failed:
        begin(docker)

    check_stable_was_left_alone(docker)
    docker.fails_at = None
    engine = docker.named(ENGINE)
    began = engine is not None and engine.labels[names.ROLLOUT] != "first"
    assert ("could not be removed" in str(failed.value)) is began
    if engine and began and engine.runs:
        with pytest.raises(Locked):
            begin(docker)
        docker.stop(engine.id, 0)  # the canary never becomes ready, so the engine rolls back and ends
    check_next_start_works(docker)


def test_a_release_that_is_already_running_is_neither_started_nor_removed() -> None:
    docker = kept()
    begin(docker, OLDER, at_once="back")
    assert not any(call.startswith((f"stop {GREEN}", f"start {GREEN}", "run targets")) for call in docker.calls)
    step = docker.calls.index(f"start {ENGINE}")

    docker = kept()
    docker.fails_at = step
    with pytest.raises(HostFailed):
        begin(docker, OLDER, at_once="back")

    assert (release_in(docker, GREEN), state(docker, GREEN), state(docker, ENGINE)) == (OLDER, "running", None)
    check_stable_was_left_alone(docker)


def test_a_release_that_was_just_started_at_once_is_removed_when_its_start_fails() -> None:
    class Interrupted(FakeDocker):
        """The canary starts, and then the connection or the person goes."""

        def start(self, container: str) -> None:
            super().start(container)
            if self.there[container].name == GREEN:
                raise KeyboardInterrupt

    docker = Interrupted()
    docker.add(BLUE, **{names.RELEASE: OLD, names.SLOT: "blue", names.ROLLOUT: "first"})
    with pytest.raises(KeyboardInterrupt):
        begin(docker, at_once="back")

    assert (state(docker, GREEN), state(docker, ENGINE)) == (None, None)
    assert docker.targets()[-1] == (f"blue={OLD}",)
    check_stable_was_left_alone(docker)


WRONG_LIMITS = [("RELEASE_CPUS", cpus) for cpus in ("many", "inf", "-inf", "nan", "0", "-1", "1e-9", "3")]
WRONG_LIMITS += [("RELEASE_MEMORY", size) for size in ("much", "inf", "-1g", "0", "5m", "1x", "1 g")]


@pytest.mark.parametrize(("name", "value"), WRONG_LIMITS)
def test_limits_that_docker_would_refuse_are_refused_before_anything_is_touched(name: str, value: str) -> None:
    docker = kept()
    request = StartRequest(Image.parse(NEW), SMALL, provenance=unverified("a test"))
    here = host_with(docker)
    with pytest.raises(Refused, match=f"^{name}: "):
        start(request, replace(here, environment={**here.environment, name: value}), lambda _: None)
    assert (state(docker, GREEN), state(docker, ENGINE)) == ("running", "running")
    assert [call for call in docker.calls if not call.startswith(LOOKS)] == []


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, Limits(1024**3, 10**9)),
        ({"RELEASE_CPUS": "", "RELEASE_MEMORY": ""}, Limits(1024**3, 10**9)),
        ({"RELEASE_CPUS": "0.5", "RELEASE_MEMORY": "512mb"}, Limits(512 * 1024**2, 5 * 10**8)),
        ({"RELEASE_CPUS": "2", "RELEASE_MEMORY": "1.5G"}, Limits(3 * 512 * 1024**2, 2 * 10**9)),
    ],
)
def test_limits_in_dockers_units(environment: dict[str, str], wanted: Limits) -> None:
    assert of_release(environment) == wanted


def touched(docker: FakeDocker, number: int) -> bool:
    """Whether the step comes after the last one that may refuse."""
    return "platform" in docker.calls[:number]


def check_next_start_works(docker: FakeDocker) -> None:
    """After the claim of a dead start has expired."""
    docker.fails_at = None
    if (claimed := docker.named(ENGINE)) and claimed.state == "created":
        docker.there[claimed.id] = replace(claimed, created=claimed.created - timedelta(minutes=10))
    begin(docker)
    assert (release_in(docker, GREEN), state(docker, GREEN), state(docker, ENGINE)) == (NEW, "running", "running")
    check_stable_was_left_alone(docker)
