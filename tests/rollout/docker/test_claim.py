"""Two starts at the same time: the name of the engine's container is the claim, and a running engine keeps it."""

import pytest

from rollout.docker.claim import claim
from rollout.docker.request import StartRequest
from rollout.errors import Locked
from rollout.image import Image
from rollout.journal.allowed import FORMER
from tests.rollout.docker.fakes import RELEASE, FakeDocker, engine, host
from tests.rollout.policies import SMALL


def test_an_engine_that_began_after_the_checks_is_neither_removed_nor_replaced() -> None:
    other = engine("another", "running")
    docker = FakeDocker({}, [other])
    spec = StartRequest(Image.parse(RELEASE), SMALL).spec(host(docker), None, "blue", FORMER)
    with pytest.raises(Locked, match="another is running, started by maria"):
        claim(host(docker), spec, "engine-image", lambda _: None)
    assert docker.there == {other.id: other}
