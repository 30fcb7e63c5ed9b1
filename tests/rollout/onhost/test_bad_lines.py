"""A bad line or journal affects only itself: it is reported, and every command still works."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rollout.cli.command import main
from rollout.journal.state import State
from rollout.onhost.survey import survey
from tests.rollout.journal.fifo import fifo
from tests.rollout.onhost.test_survey import Router

WRITTEN = Path(__file__).parents[1] / "journal" / "written"
OLDER, NEWER = "20251123T120000.000Z-good", "20251124T120000.000Z-bad"


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A host with two rollouts: an older one that was promoted, and one that was rolled back."""
    state = State(tmp_path)
    state.journal(OLDER).parent.mkdir()
    shutil.copy(WRITTEN / "good.jsonl", state.journal(OLDER))
    shutil.copy(WRITTEN / "bad.jsonl", state.journal(NEWER))
    return state


BAD_LINES: dict[str, bytes] = {
    "not JSON": b"}{",
    "torn in the middle": b'{"time": 1795848287.686513, "event": "verd',
    "not an object": b"[1, 2]",
    "wrong types": b'{"time": "noon", "event": "measured", "gates": "none"}',
    "not UTF-8": b'{"time": 1.0, "event": "order", "by": "\xff"}',
    "zeros": bytes(512),
}


def replace_line(path: Path, number: int, line: bytes) -> None:
    lines = path.read_bytes().split(b"\n")
    lines[number - 1] = line
    path.write_bytes(b"\n".join(lines))


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
@pytest.mark.parametrize("number", [2, 5, 9, 12])
def test_a_bad_line_is_reported_by_status_and_report_and_affects_nothing_else(
    state: State, capsys: pytest.CaptureFixture[str], line: bytes, number: int
) -> None:
    where = ["--state", str(state.folder)]
    replace_line(state.journal(NEWER), number, line)
    assert main(["status", *where]) == 0
    first, named = capsys.readouterr().out.splitlines()
    assert first.startswith("20261128T064439.127Z-errors-0.5: ")
    assert named.startswith(f"  {NEWER}.jsonl, line {number}: ")
    assert main(["report", *where]) == 0
    said = capsys.readouterr()
    assert f"{NEWER}.jsonl, line {number}: " in said.err
    assert f"{NEWER}.jsonl, line {number}: " in Path(said.out.strip()).read_text(encoding="utf-8").replace("\\", "")
    assert main(["report", "--json", *where]) == 0
    assert json.loads(capsys.readouterr().out)["rollout"] == "20261128T064439.127Z-errors-0.5"
    assert survey(state, Router("blue")).history == ["rehearsal-good"]


def make_empty(path: Path) -> None:
    path.write_bytes(b"")


def make_torn(path: Path) -> None:
    path.write_bytes(b'{"time": 17958')


def take_the_beginning(path: Path) -> None:
    replace_line(path, 1, b"}{")


def make_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def make_a_fifo(path: Path) -> None:
    path.unlink()
    fifo(path)


def make_noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 999)


@pytest.mark.parametrize("spoil", [make_empty, make_torn, take_the_beginning, make_a_folder, make_a_fifo, make_noise])
def test_an_unreadable_newest_journal_affects_only_itself(
    state: State, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None]
) -> None:
    where = ["--state", str(state.folder)]
    spoil(state.journal(NEWER))
    assert main(["status", *where]) == 0
    named, older = capsys.readouterr().out.splitlines()
    assert named.startswith(f"{NEWER}: ")
    assert older.endswith("Promoted after 1 m 31 s: every gate passed at every step")
    assert main(["status", "--all", *where]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["report", *where]) == 0
    assert NEWER in capsys.readouterr().err
    assert main(["report", NEWER, *where]) == 2
    found = survey(state, Router("green"))
    assert (found.newest, found.history) == (OLDER, ["rehearsal-good"])


def test_status_works_even_if_no_journal_can_be_read(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    for rollout in (OLDER, NEWER):
        make_noise(state.journal(rollout))
    assert main(["status", "--state", str(state.folder)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert survey(state, Router("green")).history == []
