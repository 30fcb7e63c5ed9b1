"""Following a rollout from another machine, with unreadable lines in its journal. The fake host has only a journal."""

from collections.abc import Iterator

import pytest

from rollout.docker.follow import SILENT_ROUNDS, check_end, check_host, entries_from, follow, until_begun
from rollout.docker.host import Host
from rollout.errors import HostFailed, PartFailed, PolicyError
from rollout.journal import after, story_of
from rollout.journal.story import final
from rollout.live.view import PlainView
from rollout.onhost import names
from rollout.onhost.complaint import Complaint
from tests.rollout.docker import fakes
from tests.rollout.docker.fakes import FakeDocker, says

PROMOTED = ['{"time": 1, "event": "verdict", "verdict": "promoted"}', '{"time": 1, "event": "promoted"}']
KEPT = '{"time": 2, "event": "measured", "step": 1, "weight": 1, "keep": true, "gates": []}'


def host(*lines: str) -> Host:
    return fakes.host(FakeDocker(journal=lines))


def test_a_bad_line_has_the_same_number_after_every_reconnect() -> None:
    (found,) = entries_from(host(*PROMOTED, "}{"), "r", 2)
    assert str(found).startswith("r.jsonl, line 3: not JSON")


def test_a_promotion_that_may_have_been_rolled_back_is_not_final_until_keep_is_confirmed() -> None:
    story = story_of(entries_from(host(*PROMOTED), "r", 0))
    assert final(story) == "promoted"
    story = story_of(entries_from(host(*PROMOTED, "}{"), "r", 0))
    assert final(story) is None
    for entry in entries_from(host(*PROMOTED, "}{", KEPT), "r", 3):
        story = after(story, entry)
    assert final(story) == "promoted"


def test_a_follower_does_not_wait_forever_for_an_unreadable_end() -> None:
    story = story_of(entries_from(host(*PROMOTED, "}{"), "r", 0))
    check_end(host(), "r", story, SILENT_ROUNDS - 1)
    with pytest.raises(PartFailed, match=r"the verdict of r may be in a line that can't be read: r.jsonl, line 3"):
        check_end(host(), "r", story, SILENT_ROUNDS)


class Removed(FakeDocker):
    """A host whose containers and networks were removed."""

    def stream(self, *_: object, **_settings: object) -> Iterator[str]:
        raise HostFailed("there is no such network")


def test_whoever_follows_is_told_when_all_containers_of_the_host_are_gone() -> None:
    with pytest.raises(PartFailed, match="my-agent were removed from the host, so it is not known how r ended"):
        follow(fakes.host(Removed()), "r", PlainView(print), print)


def test_a_host_that_does_not_answer_is_not_taken_for_an_empty_one() -> None:
    docker = Removed(fails_at=0, fails_until=9)
    check_host(fakes.host(docker), "r")
    docker = Removed()
    docker.add("my-agent-router")
    check_host(fakes.host(docker), "r")


def test_a_rollout_whose_journal_and_engine_are_gone_has_no_end() -> None:
    with pytest.raises(PartFailed, match=r"^the engine of r is gone: its container was removed\. Nobody answers$"):
        follow(host(), "r", PlainView(print), print)


def test_a_start_whose_engine_refuses_says_why_and_stops_the_new_release() -> None:
    docker = FakeDocker(log=says(Complaint.of(PolicyError("rollout.yaml: no gate can fail")).line()))
    docker.add("my-agent-blue", **{names.ROLLOUT: "older"})
    canary = docker.add("my-agent-green", **{names.ROLLOUT: "r"})
    docker.add("my-agent-engine", "exited", **{names.ROLLOUT: "r"})
    with pytest.raises(PolicyError, match="no gate can fail"):
        until_begun(fakes.host(docker), "r", print)
    assert docker.there[canary.id].state == "exited"


def test_a_start_has_begun_with_the_first_event() -> None:
    until_begun(host('{"time": 1, "event": "started"}'), "r", print)


def test_a_start_that_loses_its_host_does_not_say_that_the_rollout_failed() -> None:
    said: list[str] = []
    until_begun(fakes.host(Removed()), "r", said.append)
    assert said == ["there is no such network. The rollout was started on the host"]
