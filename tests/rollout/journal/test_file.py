import os
import subprocess
import sys
from pathlib import Path

import pytest

from rollout import journal
from rollout.journal import Tail, last_of, opened, read
from rollout.journal.file import RESERVE_BYTES
from tests.repository import REPOSITORY

LINE = '{"time": 1.0, "event": "started"}\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journals" / "20251124.jsonl"


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_what_is_written_is_read_again_in_its_order(path: Path) -> None:
    with opened(path) as book:
        book.write("started", 1.0, rollout="r", slots={"stable": "blue"})
        book.write("ended", 2.0, gate=None)
    assert read(path) == [
        {"time": 1.0, "event": "started", "rollout": "r", "slots": {"stable": "blue"}},
        {"time": 2.0, "event": "ended", "gate": None},
    ]


def test_an_event_can_be_read_as_soon_as_it_is_written(path: Path) -> None:
    with opened(path) as book:
        book.write("started", 1.0)
        assert [event["event"] for event in read(path)] == ["started"]


def test_a_second_engine_appends(path: Path) -> None:
    for time in (1.0, 2.0):
        with opened(path) as book:
            book.write("started", time)
    assert [event["time"] for event in read(path)] == [1.0, 2.0]


def test_times_are_kept_to_the_microsecond(path: Path) -> None:
    with opened(path) as book:
        book.write("started", 1_764_000_000.1234567)
    assert read(path)[0]["time"] == 1_764_000_000.123457


@pytest.mark.parametrize(
    "text", ["schöne Grüße 🦊", 'a "quote" and a \\', "two\nlines\r\n", "\u2028\u2029\x85\x0b", "\udcff", "\0"]
)
def test_any_text_comes_back_as_it_was_and_stays_one_line(path: Path, text: str) -> None:
    with opened(path) as book:
        book.write("order", 1.0, reason=text)
    assert path.read_bytes().count(b"\n") == 1
    assert read(path)[0]["reason"] == text


@pytest.mark.parametrize(
    "torn", [b'{"time": 2.0, "ev', b"{", '{"by": "J\u00f6'.encode()[:-1], b'{"time": 2.0, "event": "ended"}']
)
def test_a_line_that_a_crash_tore_is_left_out(path: Path, torn: bytes) -> None:
    assert [event["event"] for event in read(written(path, LINE.encode() + torn))] == ["started"]


def test_a_torn_line_is_cut_so_that_the_next_event_is_whole(path: Path) -> None:
    written(path, LINE.encode() + b'{"time": 2.0, "ev')
    with opened(path) as book:
        book.write("recovered", 3.0)
    assert [event["event"] for event in read(path)] == ["started", "recovered"]
    assert path.read_text(encoding="utf-8").startswith(LINE)


def test_a_journal_of_nothing_but_a_torn_line_begins_anew(path: Path) -> None:
    written(path, b'{"time"')
    with opened(path) as book:
        book.write("started", 3.0)
    assert [event["event"] for event in read(path)] == ["started"]


WRITE_TWICE = """
import resource, sys
from pathlib import Path
from rollout.journal import JournalFile
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # no file may grow beyond 100 bytes
book = JournalFile(Path(sys.argv[1]))
for _ in range(2):
    try:
        book.write("started", 1.0, reason="x" * 200)
    except OSError as error:
        print(error.strerror)
book.close()
print("closed")
"""


def test_a_full_disk_is_an_error_of_each_write_and_not_of_the_end(path: Path) -> None:
    # in a process of its own: the limit holds for all that this one writes, its report too
    command = [sys.executable, "-c", WRITE_TWICE, str(path)]
    said = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["File too large", "File too large", "closed"]
    assert read(path) == []


def test_when_the_disk_is_full_the_reserve_holds_the_end(path: Path) -> None:
    """The device that is always full stands in for the disk at the first write."""
    with opened(path) as book:
        reserve = path.with_name(f".{path.stem}.reserve")
        assert reserve.stat().st_size == RESERVE_BYTES
        file = book._file.fileno()
        kept, full = os.dup(file), os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, file)
        with pytest.raises(OSError, match="No space left"):
            book.write("measured", 1.0)
        assert not reserve.exists()
        os.dup2(kept, file)
        book.write("verdict", 2.0)
        os.close(kept)
        os.close(full)
    assert [event["event"] for event in read(path)] == ["measured", "verdict"]


def test_a_journal_that_was_closed_holds_no_reserve(path: Path) -> None:
    with opened(path) as book:
        book.write("ended", 1.0)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_the_newest_event_of_some_names_is_found() -> None:
    events: list[journal.Event] = [{"event": "verdict", "n": 1}, {"event": "verdict", "n": 2}, {"event": "ended"}]
    assert last_of(events, "verdict", "started") == {"event": "verdict", "n": 2}
    assert last_of(events, "started") is None


def test_a_tail_gives_each_event_once_and_waits_for_the_end_of_a_line(path: Path) -> None:
    tail = Tail(path)
    assert tail.new() == []
    with opened(path) as book:
        book.write("started", 1.0)
    assert [event["event"] for event in tail.new()] == ["started"]
    with path.open("a") as file:
        file.write('{"time": 2.0, "event": "rea')
    assert tail.new() == []
    with path.open("a") as file:
        file.write('dy"}\n')
    assert [event["event"] for event in tail.new()] == ["ready"]
    assert tail.new() == []
