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


def test_events_are_read_in_the_order_they_were_written(path: Path) -> None:
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
def test_any_text_is_restored_exactly_and_stays_on_one_line(path: Path, text: str, read_again: str) -> None:
    with opened(path) as book:
        book.write(OrderGiven(time=1.0, order="abort", reason=text))
    assert path.read_bytes().count(b"\n") == 1
    assert objects(path)[0]["reason"] == read_again


@pytest.mark.parametrize(
    "torn", [b'{"time": 2.0, "ev', b"{", '{"by": "J\u00f6'.encode()[:-1], b'{"time": 2.0, "event": "ended"}']
)
def test_a_line_torn_by_a_crash_is_skipped(path: Path, torn: bytes) -> None:
    assert names(written(path, LINE + torn)) == ["started"]


def test_a_torn_line_is_cut_off_so_that_the_next_event_is_whole(path: Path) -> None:
    written(path, LINE + b'{"time": 2.0, "ev')
    with opened(path) as book:
        book.write(READY)
    assert names(path) == ["started", "ready"]
    assert path.read_bytes().startswith(LINE)


def test_a_journal_with_only_a_torn_line_starts_again(path: Path) -> None:
    written(path, b'{"time"')
    with opened(path) as book:
        book.write(STARTED)
    assert names(path) == ["started"]


def test_a_line_that_is_too_long_is_a_bad_line_and_never_read_whole(path: Path) -> None:
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


def test_on_a_full_disk_each_write_fails_but_closing_does_not(path: Path) -> None:
    # in a separate process, because the limit applies to everything that it writes
    command = [sys.executable, "-c", WRITE_TWICE, str(path)]
    said = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["File too large", "File too large", "closed"]
    assert names(path) == []


def test_on_a_full_disk_the_reserve_makes_room_for_the_end(path: Path) -> None:
    """A device that is always full replaces the disk for the first write."""
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


def test_a_closed_journal_has_no_reserve(path: Path) -> None:
    with opened(path) as book:
        book.write(STARTED)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_tail_returns_each_line_once_and_only_when_it_is_complete(path: Path) -> None:
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
