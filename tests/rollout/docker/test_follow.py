"""A rollout that is followed from afar, whose journal has lines that can't be read. A host that only has a journal."""

import pytest

from rollout.docker.follow import SILENT_ROUNDS, check_end, entries_from, final
from rollout.docker.host import Host
from rollout.errors import PartFailed
from rollout.journal import after, story_of
from tests.rollout.docker import fakes
from tests.rollout.docker.fakes import FakeDocker

PROMOTED = ['{"time": 1, "event": "verdict", "verdict": "promoted"}', '{"time": 1, "event": "promoted"}']
KEPT = '{"time": 2, "event": "measured", "step": 1, "weight": 1, "keep": true, "gates": []}'


def host(*lines: str) -> Host:
    return fakes.host(FakeDocker(journal=lines))


def test_a_bad_line_is_named_by_its_number_however_often_the_host_was_attached_to() -> None:
    (found,) = entries_from(host(*PROMOTED, "}{"), "r", 2)
    assert str(found).startswith("r.jsonl, line 3: not JSON")


def test_a_promotion_that_may_have_been_taken_back_is_none_until_its_engine_says_that_it_watches() -> None:
    story = story_of(entries_from(host(*PROMOTED), "r", 0))
    assert final(story) == "promoted"
    story = story_of(entries_from(host(*PROMOTED, "}{"), "r", 0))
    assert final(story) is None
    for entry in entries_from(host(*PROMOTED, "}{", KEPT), "r", 3):
        story = after(story, entry)
    assert final(story) == "promoted"


def test_whoever_follows_does_not_wait_for_ever_for_an_end_that_can_not_be_read() -> None:
    story = story_of(entries_from(host(*PROMOTED, "}{"), "r", 0))
    check_end(host(), "r", story, SILENT_ROUNDS - 1)
    with pytest.raises(PartFailed, match=r"the verdict of r may be in a line that can't be read: r.jsonl, line 3"):
        check_end(host(), "r", story, SILENT_ROUNDS)
