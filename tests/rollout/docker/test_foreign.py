"""A container that only has the name of one of ours: it is named, and left alone, whatever is asked for."""

import pytest

from rollout.docker import status
from rollout.docker.claim import claim
from rollout.docker.prune import prune
from rollout.docker.request import StartRequest
from rollout.errors import NotOurs
from rollout.image import Image
from rollout.journal.allowed import FORMER
from rollout.onhost import names
from tests.rollout.docker.fakes import FakeDocker, host, says
from tests.rollout.docker.test_removal import ended
from tests.rollout.docker.test_start import BLUE, ENGINE, GREEN, NEW, OLD, begin
from tests.rollout.policies import SMALL

ANOTHERS = {names.PROJECT: "another", names.PART: "release", names.RELEASE: OLD}
LABELS = [pytest.param({}, id="plain"), pytest.param(ANOTHERS, id="of another service")]


def plain(foreign: str, labels: dict[str, str]) -> FakeDocker:
    docker = FakeDocker({"status": says("no rollout yet")})
    if foreign != BLUE:
        docker.add(BLUE, **{names.RELEASE: OLD, names.ROLLOUT: "first"})
    docker.add_foreign(foreign, **labels)
    return docker


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("foreign", [BLUE, GREEN, ENGINE])
def test_a_start_refuses_it_by_its_name(foreign: str, labels: dict[str, str]) -> None:
    docker = plain(foreign, labels)
    with pytest.raises(NotOurs, match=f"the container {foreign} is not one that rollouts of my-agent made"):
        begin(docker)
    assert ended(docker) == []


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("foreign", [GREEN, ENGINE])
def test_prune_and_status_work_and_name_it(foreign: str, labels: dict[str, str]) -> None:
    docker, said = plain(foreign, labels), list[str]()
    prune(host(docker), said.append)
    assert said == [f"left alone: {foreign} was not made by a rollout of my-agent"]
    assert ended(docker) == []
    assert f"foreign        {foreign}: " in status.for_people(host(docker), every=False)


def test_a_claim_does_not_wait_for_ever_for_the_name_of_the_engine() -> None:
    docker = plain(ENGINE, {})
    spec = StartRequest(Image.parse(NEW), SMALL).spec(host(docker), OLD, "blue", FORMER)
    with pytest.raises(NotOurs):
        claim(host(docker), spec, "engine-image", print)


def test_a_release_whose_name_was_taken_meanwhile_is_refused() -> None:
    docker = plain(GREEN, {})
    with pytest.raises(NotOurs):
        host(docker).create_release("green", NEW, "r")
