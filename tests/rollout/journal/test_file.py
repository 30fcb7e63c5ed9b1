import os
import subprocess
import sys
from pathlib import Path

import pytest

from rollout.journal import BadLine, Event, Tail, opened, read
from rollout.journal.events import Ended, Measured, OrderGiven, Ready, Started, Verdict
from rollout.journal.file import LONGEST_LINE_BYTES, RESERVE_BYTES
from tests.repository import REPOSITORY
from tests.rollout.lines import read as objects

STARTED = Started(time=1.0, rollout="r", release="v2")
READY = Ready(time=2.0, seconds=0.5)
LINE = b'{"time": 1.0, "event": "started", "rollout": "r", "release": "v2"}\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journals" / "20251124.jsonl"


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def names(path: Path) -> list[str]:
    return [str(entry) if isinstance(entry, BadLine) else entry.event for entry in read(path)]


def test_what_is_written_is_read_again_in_its_order(path: Path) -> None:
    events: list[Event] = [STARTED, READY, Ended(time=3.0, verdict="promoted", gate=None)]
    with opened(path) as book:
        for event in events:
            book.write(event)
    assert list(read(path)) == events
    assert objects(path)[0] == {"time": 1.0, "event": "started", "rollout": "r", "release": "v2"}
    assert path.read_bytes().startswith(LINE)


def test_an_event_can_be_read_as_soon_as_it_is_written(path: Path) -> None:
    with opened(path) as book:
        book.write(STARTED)
        assert names(path) == ["started"]


def test_a_second_engine_appends(path: Path) -> None:
    for event in (STARTED, READY):
        with opened(path) as book:
            book.write(event)
    assert names(path) == ["started", "ready"]


def test_times_are_kept_to_the_microsecond(path: Path) -> None:
    with opened(path) as book:
        book.write(Ready(time=1_764_000_000.1234567, seconds=1))
    assert objects(path)[0]["time"] == 1_764_000_000.123457


@pytest.mark.parametrize(
    ("text", "read_again"),
    [(same, same) for same in ("schöne Grüße 🦊", 'a "quote" and a \\', "two\nlines\r\n", "\u2028\u2029\x85\x0b", "\0")]
    + [("half of a character: \udcff", "half of a character: ?")],
)
def test_any_text_comes_back_as_it_was_and_stays_one_line(path: Path, text: str, read_again: str) -> None:
    with opened(path) as book:
        book.write(OrderGiven(time=1.0, order="abort", reason=text))
    assert path.read_bytes().count(b"\n") == 1
    assert objects(path)[0]["reason"] == read_again


@pytest.mark.parametrize(
    "torn", [b'{"time": 2.0, "ev', b"{", '{"by": "J\u00f6'.encode()[:-1], b'{"time": 2.0, "event": "ended"}']
)
def test_a_line_that_a_crash_tore_is_left_out(path: Path, torn: bytes) -> None:
    assert names(written(path, LINE + torn)) == ["started"]


def test_a_torn_line_is_cut_so_that_the_next_event_is_whole(path: Path) -> None:
    written(path, LINE + b'{"time": 2.0, "ev')
    with opened(path) as book:
        book.write(READY)
    assert names(path) == ["started", "ready"]
    assert path.read_bytes().startswith(LINE)


def test_a_journal_of_nothing_but_a_torn_line_begins_anew(path: Path) -> None:
    written(path, b'{"time"')
    with opened(path) as book:
        book.write(STARTED)
    assert names(path) == ["started"]


def test_a_line_that_is_too_long_costs_itself_and_is_never_held_whole(path: Path) -> None:
    long = b'{"time": 2.0, "event": "order", "order": "' + b"x" * 3 * LONGEST_LINE_BYTES + b'"}\n'
    found = list(read(written(path, LINE + long + LINE)))
    assert [isinstance(entry, BadLine) for entry in found] == [False, True, False]
    assert str(found[1]) == "20251124.jsonl, line 2: longer than 1,048,576 bytes"


WRITE_TWICE = """
import resource, sys
from pathlib import Path
from rollout.journal import JournalFile
from rollout.journal.events import Started
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # no file may grow beyond 100 bytes
book = JournalFile(Path(sys.argv[1]))
for _ in range(2):
    try:
        book.write(Started(time=1.0, rollout="r", release="x" * 200))
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
    assert names(path) == []


def test_when_the_disk_is_full_the_reserve_holds_the_end(path: Path) -> None:
    """The device that is always full stands in for the disk at the first write."""
    with opened(path) as book:
        reserve = path.with_name(f".{path.stem}.reserve")
        assert reserve.stat().st_size == RESERVE_BYTES
        file = book._file.fileno()
        kept, full = os.dup(file), os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, file)
        with pytest.raises(OSError, match="No space left"):
            book.write(Measured(time=1.0, step=1, weight=0.05, gates=()))
        assert not reserve.exists()
        os.dup2(kept, file)
        book.write(Verdict(time=2.0, verdict="in_doubt"))
        os.close(kept)
        os.close(full)
    assert names(path) == ["measured", "verdict"]


def test_a_journal_that_was_closed_holds_no_reserve(path: Path) -> None:
    with opened(path) as book:
        book.write(STARTED)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_tail_gives_each_line_once_and_waits_for_the_end_of_a_line(path: Path) -> None:
    tail = Tail(path)
    assert list(tail.new()) == []
    with opened(path) as book:
        book.write(STARTED)
    assert list(tail.new()) == [(LINE, STARTED)]
    with path.open("a") as file:
        file.write('{"time": 2.0, "event": "rea')
    assert list(tail.new()) == []
    with path.open("a") as file:
        file.write('dy", "seconds": 0.5}\n[]\n')
    assert [str(entry) for _, entry in tail.new()] == [
        str(READY),
        "20251124.jsonl, line 3: not an object, but list",
    ]
    assert list(tail.new()) == []
