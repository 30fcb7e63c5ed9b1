"""A look at a rollout on a host: one helper container."""

import pytest

from rollout.docker.look import look
from rollout.errors import OtherVersion, UnknownRollout
from rollout.onhost.complaint import Complaint
from rollout.onhost.look import Look
from tests.rollout.docker.fakes import FakeDocker, host, says

FOUND = Look(rollout="r", running=True, lines=['{"event": "ready"}'], seen=None, troubles={"prometheus": "no answer"})


def test_one_helper_asks_for_the_new_lines_and_the_hosts_prometheus() -> None:
    docker = FakeDocker({"look": says(FOUND.model_dump_json())})
    assert look(host(docker), "r", 7) == FOUND
    (asked,) = docker.asked
    assert asked[:2] == ["look", "r"]
    assert asked[asked.index("--from") + 1] == "7"
    assert asked[asked.index("--prometheus") + 1] == "http://prometheus:9090"
    assert "r" not in (look(host(docker), None, 0), docker.asked[1])[1]


def test_an_image_with_another_answer_is_of_another_version() -> None:
    with pytest.raises(OtherVersion, match="Its answer to `look`: "):
        look(host(FakeDocker({"look": says('{"rollout": 7}')})), None, 0)


def test_a_refusal_keeps_its_code() -> None:
    refused = says(Complaint.of(UnknownRollout("there is no rollout r")).line(), code=2)
    with pytest.raises(UnknownRollout):
        look(host(FakeDocker({"look": refused})), "r", 0)
