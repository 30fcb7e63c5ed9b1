"""One look at a rollout, beside its traffic."""

import json
from pathlib import Path

import pytest

from rollout.errors import UnknownRollout
from rollout.journal import lock
from rollout.journal.state import State
from rollout.onhost.command import main
from rollout.onhost.look import NO_ADDRESS, Look, journal_of, look
from rollout.rehearsal.process import free_port
from tests.rollout.report.examples import engine_died, promoted

OLDER, NEWER = "20251124T120000.000Z-good", "20251124T130000.000Z-bad"


@pytest.fixture
def state(tmp_path: Path) -> State:
    (tmp_path / "journals").mkdir()
    return State(tmp_path)


def keep(state: State, rollout: str, *events: dict[str, object]) -> None:
    text = "".join(json.dumps(event) + "\n" for event in events)
    state.journal(rollout).write_text(text, encoding="utf-8")


def test_it_has_the_newest_journal_from_the_line_that_is_asked_for(state: State) -> None:
    keep(state, OLDER, *engine_died())
    keep(state, NEWER, *promoted())
    found = look(state, journal_of(state, None), 3, None)
    assert (found.rollout, found.running) == (NEWER, False)
    assert [json.loads(line)["event"] for line in found.lines] == [each["event"] for each in promoted()[3:]]
    assert look(state, journal_of(state, OLDER), 0, None).rollout == OLDER


def test_the_engine_that_holds_the_lock_runs(state: State) -> None:
    keep(state, OLDER, *engine_died())
    with lock.held(state.lock(), OLDER, "maria"):
        assert look(state, state.journal(OLDER), 0, None).running
    assert not look(state, state.journal(OLDER), 0, None).running


def test_without_a_rollout_there_is_no_journal_and_an_unknown_one_is_refused(state: State) -> None:
    assert journal_of(state, None) is None
    assert look(state, None, 0, None).lines == []
    with pytest.raises(UnknownRollout):
        journal_of(state, "typo")


def test_a_rollout_that_has_not_begun_yet_has_no_lines(state: State) -> None:
    found = look(state, state.journal(NEWER), 0, None)
    assert (found.rollout, found.lines) == (NEWER, [])


def test_a_journal_that_cant_be_read_and_a_prometheus_that_does_not_answer_are_named(state: State) -> None:
    state.journal(OLDER).mkdir()
    found = look(state, state.journal(OLDER), 0, f"http://maria:secret@127.0.0.1:{free_port()}")
    assert set(found.troubles) == {"journal", "prometheus"}
    assert "does not answer (ConnectionError)" in found.troubles["prometheus"]
    assert "secret" not in found.troubles["prometheus"]
    assert "query" not in found.troubles["prometheus"].replace("query_range", ""), "the query is long"
    assert look(state, None, 0, None).troubles == {"prometheus": NO_ADDRESS}


def test_the_command_prints_it_as_json(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    keep(state, OLDER, *promoted())
    assert main(["look", OLDER, "--state", str(state.folder), "--from", "2"]) == 0
    found = Look.model_validate_json(capsys.readouterr().out)
    assert len(found.lines) == len(promoted()) - 2
