"""Nothing stops or removes a container that the router sends requests to, or the only one that answers."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from rollout.docker import removal
from rollout.docker.follow import tidy
from rollout.docker.host import Host
from rollout.docker.placement import Placement
from rollout.docker.prune import prune
from rollout.docker.request import StartRequest
from rollout.docker.start import start
from rollout.errors import HostFailed, StillServing
from rollout.image import Image
from rollout.journal.allowed import FORMER
from rollout.onhost import names
from rollout.router.split import Slot
from tests.rollout.docker.fakes import FakeDocker, host, says
from tests.rollout.docker.test_start import BLUE, GREEN, NEW, OLD, begin, state
from tests.rollout.policies import SMALL

Lose = Callable[[FakeDocker], None]


def two(docker: FakeDocker | None = None) -> FakeDocker:
    """Blue is stable, and green is up too."""
    docker = docker or FakeDocker()
    docker.add(BLUE, **{names.RELEASE: OLD, names.ROLLOUT: "first"})
    docker.add(GREEN, **{names.RELEASE: NEW, names.ROLLOUT: "second"})
    return docker


def becomes(state: str) -> Lose:
    """Stable's container is in this state, which the router does not see yet."""

    def lose(docker: FakeDocker) -> None:
        docker.late = True
        docker.becomes(BLUE, state)

    return lose


def ill(docker: FakeDocker) -> None:
    docker.ill = ["blue"]


def gone(docker: FakeDocker) -> None:
    docker.there = {key: each for key, each in docker.there.items() if each.name != BLUE}


STABLE_IS_LOST = {
    "exited": becomes("exited"),
    "paused": becomes("paused"),
    "restarting": becomes("restarting"),
    "unhealthy": ill,
    "removed": gone,
}
WAYS: dict[str, Callable[[Host], object]] = {
    "prune": lambda host: prune(host, print),
    "start": lambda host: start(StartRequest(Image.parse(OLD), SMALL, at_once="why", provenance=FORMER), host, print),
    "free": lambda host: removal.remove(host, "green"),
    "retire": lambda host: removal.retire(host, "green"),
}


def ended(docker: FakeDocker) -> list[str]:
    return [call for call in docker.calls if call.startswith(("stop", "remove", "create"))]


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
@pytest.mark.parametrize("lose", STABLE_IS_LOST.values(), ids=list(STABLE_IS_LOST))
def test_the_only_release_that_answers_is_refused_and_nothing_is_touched(
    lose: Lose, way: Callable[[Host], object]
) -> None:
    docker = two()
    lose(docker)
    with pytest.raises(StillServing, match=f"{GREEN} .* may not be stopped: it is the only release that answers; "):
        way(host(docker))
    assert ended(docker) == []


@pytest.mark.parametrize("end", [removal.remove, removal.retire])
@pytest.mark.parametrize(("slot", "leases"), [("blue", False), ("blue", True), ("green", True)])
def test_what_the_router_sends_requests_to_is_refused(
    slot: Slot, leases: bool, end: Callable[[Host, Slot], None]
) -> None:
    docker = two()
    docker.leases = leases
    with pytest.raises(StillServing, match=f"my-agent-{slot} .* may not be stopped: the router sends requests to it"):
        end(host(docker), slot)
    assert ended(docker) == []


def test_prune_refuses_before_it_removes_anything() -> None:
    docker = two()
    docker.ill = ["blue"]
    docker.add("my-agent-helper", "exited")
    with pytest.raises(StillServing):
        prune(host(docker), print)
    assert ended(docker) == []


def test_a_router_that_can_not_be_asked_is_no_permission() -> None:
    docker = two()
    docker.answers = {"routing": says('{"failed": {"code": "router_error", "message": "it is silent"}}', code=3)}
    with pytest.raises(HostFailed, match="it is silent"):
        removal.remove(host(docker), "green")
    assert ended(docker) == []


def test_a_release_that_does_not_answer_may_go_though_stable_is_down() -> None:
    docker = two()
    docker.ill = ["blue", "green"]
    removal.remove(host(docker), "green")
    assert state(docker, GREEN) is None


def test_the_message_says_what_starts_stable_and_what_makes_the_other_stable() -> None:
    docker = two()
    becomes("paused")(docker)
    with pytest.raises(StillServing) as refused:
        removal.remove(host(docker), "green")
    assert f"{BLUE} is paused (`docker unpause {BLUE}` starts it)" in str(refused.value)
    assert f"`rollout rollback {NEW} --now --reason ...`" in str(refused.value)


def test_a_canary_that_serves_is_left_running_by_whoever_follows_and_its_stable_stays_watched() -> None:
    docker, said = two(), list[str]()
    becomes("exited")(docker)
    tidy(host(docker), "second", said.append)
    assert state(docker, GREEN) == "running"
    assert said[0].startswith("the new release was left running: ")
    assert docker.targets() == []


def test_a_canary_that_was_taken_back_is_stopped_and_only_stable_is_watched() -> None:
    docker, said = two(), list[str]()
    tidy(host(docker), "second", said.append)
    assert (state(docker, GREEN), said, docker.targets()) == ("exited", [], [(f"blue={OLD}",)])


def test_prometheus_goes_on_to_see_a_stable_that_has_stopped() -> None:
    """Or nobody would be paged."""
    docker = two()
    docker.becomes(BLUE, "exited")
    docker.becomes(GREEN, "exited")
    prune(host(docker), print)
    assert docker.targets() == [(f"blue={OLD}",)]


class LosesStable(FakeDocker):
    """Its stable release stops answering after a start's checks."""

    def _call(self, what: str) -> None:
        super()._call(what)
        if what == "run check-host":
            self.ill = ["blue"]


def test_a_start_whose_stable_dies_before_the_slot_is_freed_leaves_what_serves() -> None:
    docker = two(LosesStable())
    with pytest.raises(StillServing):
        begin(docker)
    assert (state(docker, GREEN), state(docker, "my-agent-engine")) == ("running", None)


def test_a_placement_that_is_taken_away_leaves_a_canary_that_serves() -> None:
    docker = two()
    docker.ill = ["blue"]
    spec = replace(StartRequest(Image.parse(NEW), SMALL).spec(host(docker), OLD, "blue", FORMER), rollout="second")
    with pytest.raises(HostFailed, match="could not be removed"):
        Placement(host(docker), spec, "none").take_away()
    assert state(docker, GREEN) == "running"
