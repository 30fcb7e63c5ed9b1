"""The engine as a process, on a host with a silent router: what it does before the rollout."""

from dataclasses import replace
from pathlib import Path

import pytest

from rollout.journal.state import State
from rollout.onhost import engine_process
from tests.rollout.fakes import SPEC
from tests.rollout.journal.day import kept_for_a_day, write
from tests.rollout.policies import shipped

BEGAN = 1_764_000_000.0


def test_a_starting_engine_compacts_old_journals_and_no_error_in_this_stops_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = State(tmp_path)
    old, broken, newest = (write(state.journal(f"2025112{day}"), kept_for_a_day(BEGAN)) for day in (1, 2, 3))
    (old.parent / f".{broken.name}.tmp").mkdir()  # the path of the temporary file
    whole = newest.stat().st_size
    spec = replace(SPEC, policy=shipped(), state=str(tmp_path), speed=1000, at_once="because", router_socket="none")
    assert engine_process.run(replace(spec, router_folder=str(tmp_path))) == "in_doubt"
    assert old.stat().st_size < whole / 10
    assert newest.stat().st_size == broken.stat().st_size == whole
    assert "an old journal could not be compacted" in capsys.readouterr().err
