"""Following a rollout from another machine, with unreadable lines in its journal. The fake host has only a journal."""

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
