import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rollout.errors import NothingThere, Refused
from rollout.journal.orders import Order
from rollout.journal.state import State, new_rollout

NOON = datetime(2025, 11, 24, 12, 0, 0, 7_000, tzinfo=UTC)
ABORT = Order("abort", by="jan", reason="the wrong prompt, 🦊")


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / ".rollout")


def write_journals(state: State, *rollouts: str) -> None:
    for rollout in rollouts:
        state.journal(rollout).parent.mkdir(parents=True, exist_ok=True)
        state.journal(rollout).touch()


def test_a_folder_that_does_not_exist_yet_has_no_journals(state: State) -> None:
    assert state.journals() == []


def test_an_empty_folder_is_told_apart_from_one_that_does_not_exist(tmp_path: Path) -> None:
    assert State.existing(tmp_path).journals() == []
    with pytest.raises(NothingThere, match=r"there is no folder .*/nowhere: `rollout rehearse` creates \.rollout"):
        State.existing(tmp_path / "nowhere")


def a_file(path: Path) -> None:
    path.touch()


def a_loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(("put", "why"), [(a_file, "Not a directory"), (a_loop, "Too many levels of symbolic links")])
def test_what_is_no_folder_is_refused(tmp_path: Path, put: Callable[[Path], None], why: str) -> None:
    put(tmp_path / "journals")
    for ask in (State(tmp_path).journals, lambda: State.existing(tmp_path / "journals")):
        with pytest.raises(Refused, match=f"the folder .*/journals can't be read: {why}"):
            ask()


def test_a_folder_that_may_not_be_read_is_refused_and_does_not_look_empty(state: State) -> None:
    write_journals(state, "a")
    with not_allowed(state.folder / "journals"):
        for ask in (state.journals, lambda: State.existing(state.folder / "journals")):
            with pytest.raises(Refused, match="can't be read: Permission denied"):
                ask()


@contextmanager
def not_allowed(folder: Path) -> Iterator[None]:
    """Nobody may read it; root could, and so is nobody for a moment."""
    root = os.geteuid() == 0
    folder.chmod(0)
    if root:
        os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        if root:
            os.setresuid(0, 0, 0)
        folder.chmod(0o700)


def test_without_a_rollout_the_message_says_how_to_start_one(state: State) -> None:
    with pytest.raises(NothingThere, match=r"no rollout yet in .*\.rollout: `rollout rehearse` runs one"):
        state.newest()


def test_the_newest_journal_has_the_latest_time_in_its_name(state: State) -> None:
    names = [new_rollout("good", NOON + timedelta(milliseconds=ms)) for ms in (1000, 1, 0, 86_400_000)]
    write_journals(state, *names)
    assert state.newest() == state.journal(names[-1])
    assert [path.stem for path in state.journals()] == [names[2], names[1], names[0], names[3]]


def test_a_rollout_is_found_by_its_name(state: State) -> None:
    write_journals(state, "a", "b")
    assert state.newest("a") == state.journal("a")


def test_an_unknown_name_is_an_error_that_says_how_to_list_rollouts(state: State) -> None:
    write_journals(state, "a")
    with pytest.raises(NothingThere, match="there is no rollout c: `rollout status --all` lists all rollouts"):
        state.newest("c")


def test_an_order_is_only_for_the_engine_of_its_rollout(state: State) -> None:
    state.give("first", ABORT)
    assert state.order("first") == ABORT
    assert state.order("second") is None


def test_the_last_order_replaces_earlier_ones(state: State) -> None:
    state.give("first", ABORT)
    later = Order("abort", by="maria", reason="again")
    state.give("first", later)
    assert state.order("first") == later


def test_a_rollouts_name_consists_of_its_time_and_its_release() -> None:
    assert new_rollout("errors=0.2", NOON) == "20251124T120000.007Z-errors-0.2"


@pytest.mark.parametrize("release", ["../../etc/passwd", "registry.example/agent@sha256:" + "ab" * 32, "ü 🦊\n/", ""])
def test_a_rollouts_name_is_a_valid_file_name_whatever_the_release_is_called(release: str) -> None:
    name = new_rollout(release, NOON)
    assert name.isascii()
    assert not set(name) & set("/\\ \n:@")
    assert len(name) <= 64


def test_two_rollouts_of_one_release_have_different_names() -> None:
    assert new_rollout("good", NOON) != new_rollout("good", NOON + timedelta(milliseconds=1))


def test_the_token_for_evals_is_read_without_its_line_end(tmp_path: Path) -> None:
    assert State(tmp_path).evals_token() is None
    (tmp_path / "EVALS_TOKEN").write_bytes(b"abc\n")
    assert State(tmp_path).evals_token() == "abc"
    (tmp_path / "EVALS_TOKEN").write_bytes(b"\xff")
    assert State(tmp_path).evals_token() is None
