"""Who answers those on stable is asked with a request through the router, not read from its health checks."""

from pathlib import Path

import pytest

from rollout.errors import RouterError, SplitNotSaved
from rollout.router.split import everybody_on
from tests.rollout.router.backend import Backend
from tests.rollout.router.running import RunningRouter

pytestmark = pytest.mark.parts


def test_the_slot_that_is_called_stable_answers_whatever_share_the_canary_has(router: RunningRouter) -> None:
    assert router.control.answering() == "blue"
    router.shift(1)
    assert router.control.answering() == "blue"
    router.control.shift(everybody_on("green"))
    assert router.control.answering() == "green"


def test_a_stable_that_is_down_is_not_the_one_that_answers(router: RunningRouter, blue: Backend) -> None:
    blue.kill()
    assert router.control.answering() == "green"


def test_without_a_release_nobody_answers(router: RunningRouter, blue: Backend, green: Backend) -> None:
    blue.kill()
    green.kill()
    assert router.control.answering() is None


def test_an_error_is_no_answer(router: RunningRouter, blue: Backend, green: Backend) -> None:
    green.kill()
    blue.healthy = False
    assert router.control.answering() is None


def test_a_router_that_is_gone_is_no_answer_but_an_error(router: RunningRouter) -> None:
    router.kill()
    with pytest.raises(RouterError, match=r"probe\.sock does not answer"):
        router.control.answering()


@pytest.fixture
def unwritable(router: RunningRouter) -> Path:
    """A folder in which no file can be made: root would write in one that is only read-only."""
    blocked = router.folder / "split.map"
    blocked.unlink()
    blocked.mkdir()
    return blocked


def test_a_file_that_cannot_be_written_has_an_error_of_its_own_and_the_router_obeys(
    router: RunningRouter, unwritable: Path
) -> None:
    with pytest.raises(SplitNotSaved, match=f"the router applied the split, but {unwritable} can't be written"):
        router.control.shift(everybody_on("green"))
    assert router.control.answering() == "green"
