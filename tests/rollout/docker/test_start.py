"""The order of a start's steps, and the result when each of them fails, with a Docker engine in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from rollout.docker.image import Image
from rollout.docker.provenance import unverified
from rollout.docker.request import StartRequest
from rollout.docker.start import Started, start
from rollout.errors import HostFailed, Locked, Refused
from rollout.onhost import names
from tests.rollout.docker.fakes import FakeDocker
from tests.rollout.docker.fakes import host as host_with
from tests.rollout.policies import SMALL

REPOSITORY = "ghcr.io/my-org/my-agent"
OLDER, OLD, NEW = (f"{REPOSITORY}@sha256:{digit * 64}" for digit in "012")
BLUE, GREEN, ENGINE = (f"my-agent-{part}" for part in ("blue", "green", "engine"))
CLAIM = f"create {ENGINE}"
LOOKS = ("list", "look at", "platform", "run survey", "run check-host", "run routing")
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


def begin(docker: FakeDocker, release: str = NEW, at_once: str | None = None) -> Started:
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
