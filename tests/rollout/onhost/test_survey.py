"""The survey of a host: what is stable, what was stable before, and what is running."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rollout.errors import Refused, RouterError
from rollout.journal import lock, opened
from rollout.journal.events import Ended, Promoted, Restored, Verdict, VerdictName
from rollout.journal.state import State
from rollout.onhost.engine_process import started
from rollout.onhost.survey import Survey, check_disks, check_probe, survey
from tests.rollout.fakes import EPOCH, PLAN, SPEC, FakeClock, FakeRouter


class Router:
    """Reports which slot is stable, or does not answer."""

    def __init__(self, stable: str | None) -> None:
        self._stable = stable

    def current(self) -> dict[str, str]:
        if self._stable is None:
            raise RouterError("the router is silent")
        return {"stable": self._stable}


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


def keep(
    state: State, number: int, release: str, *verdicts: VerdictName, ended: bool = True, instead_of: str | None = None
) -> str:
    """A journal with these verdicts, each followed by its promotion or rollback; at once if it has an `instead_of`."""
    rollout = f"2025112{number}-{release}"
    spec = replace(SPEC, rollout=rollout, release=release)
    if instead_of:
        spec = replace(spec, stable=instead_of, at_once="a person said so")
    with opened(state.journal(rollout)) as book:
        book.write(started(spec, PLAN, EPOCH))
        for verdict in verdicts:
            book.write(Verdict(time=EPOCH + 1, verdict=verdict, step=1, weight=0.05))
            deed = Promoted if verdict == "promoted" else Restored
            book.write(deed(time=EPOCH + number, release=release, slot="blue"))
        if ended:
            book.write(Ended(time=EPOCH + 9, verdict=verdicts[-1] if verdicts else "in_doubt"))
    return rollout


@pytest.fixture
def engine(state: State) -> Iterator[str]:
    """The engine of the fifth rollout is running."""
    with lock.held(state.lock(), "20251125-five", "maria"):
        yield "20251125-five"


def test_an_empty_host_has_no_history(state: State) -> None:
    found = survey(state, Router("blue"))
    assert found == Survey("blue", None, None, None, [], [], None)


def test_the_history_lists_releases_that_became_and_stayed_stable_oldest_first(state: State) -> None:
    keep(state, 1, "one", "promoted")
    keep(state, 2, "two", "rolled_back")
    keep(state, 3, "three", "promoted", "rolled_back")
    keep(state, 4, "four", "promoted")
    found = survey(state, Router("green"))
    assert (found.stable_slot, found.history) == ("green", ["one", "four"])
    assert (found.newest, found.stable_since) == ("20251124-four", EPOCH + 4)


def test_a_release_whose_newest_rollout_was_taken_back_is_no_history(state: State) -> None:
    keep(state, 1, "one", "promoted")
    keep(state, 2, "two", "promoted")
    keep(state, 3, "one", "promoted", "rolled_back")
    assert survey(state, Router("green")).history == ["two"]


def test_a_release_that_a_person_went_back_from_is_no_history_until_it_is_promoted_again(state: State) -> None:
    keep(state, 1, "one", "promoted")
    keep(state, 2, "two", "promoted")
    keep(state, 3, "one", "promoted", instead_of="two")
    assert survey(state, Router("blue")).history == ["one", "one"]
    keep(state, 4, "two", "promoted")
    assert survey(state, Router("green")).history == ["one", "two", "one", "two"]


def test_an_engine_within_its_steps_is_running(state: State, engine: str) -> None:
    assert keep(state, 5, "five", ended=False) == engine
    found = survey(state, Router("blue"))
    assert found.keeping is None
    assert found.running
    assert found.running.startswith("rollout 20251125-five is running, by maria on ")


def test_an_engine_that_watches_a_promoted_release_is_keeping(state: State, engine: str) -> None:
    keep(state, 5, "five", "promoted", ended=False)
    found = survey(state, Router("blue"))
    assert (found.running, found.keeping) == (None, engine)


def test_an_engine_that_is_rolling_back_is_running(state: State, engine: str) -> None:
    assert engine
    keep(state, 5, "five", "promoted", "rolled_back", ended=False)
    assert survey(state, Router("blue")).keeping is None


@pytest.mark.parametrize("content", ["[]", "5", "{}"])
def test_where_the_lock_names_nobody_something_is_running(state: State, engine: str, content: str) -> None:
    keep(state, 5, "five", "promoted", ended=False)
    state.lock().write_text(content, encoding="utf-8")
    found = survey(state, Router("blue"))
    assert found.keeping is None
    assert "does not name its holder" in str(found.running)
    assert found.newest == engine


def test_where_the_lock_is_no_file_something_may_be_running(state: State) -> None:
    state.lock().mkdir()
    assert "a rollout may be running" in str(survey(state, Router("blue")).running)


def test_a_silent_router_is_refused(state: State) -> None:
    with pytest.raises(Refused, match="the router does not answer: the router is silent"):
        survey(state, Router(None))


def test_a_disk_that_is_too_full_is_refused(state: State, tmp_path: Path) -> None:
    needs = [(tmp_path, 2**60, "journals")]
    with pytest.raises(
        Refused, match=r"the host's disk is too full: \d+ MB free for journals, 1099511627776 MB are needed"
    ):
        check_disks(needs)
    assert state.journals() == []


def test_a_router_that_takes_no_requests_of_the_engine_is_refused() -> None:
    router = FakeRouter(FakeClock())
    check_probe(router)
    router.silent = True
    with pytest.raises(Refused, match="Its configuration is older than the engine"):
        check_probe(router)


def test_former_are_all_that_were_ever_stable_also_if_they_were_taken_back(state: State) -> None:
    keep(state, 1, "one", "promoted")
    keep(state, 2, "two", "rolled_back")
    keep(state, 3, "three", "promoted", "rolled_back")
    keep(state, 4, "four")
    found = survey(state, Router("green"))
    assert found.former == ["one", "three", SPEC.stable], "the fourth found it stable, so it is the newest"
