"""The file of a rollout's events: one JSON line each, on disk before anything depends on it."""

import os
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from rollout import durable
from rollout.journal.events import Event
from rollout.journal.line import BadLine, Entry, entry, name, text
from rollout.journal.regular import open_regular

RESERVE_BYTES = 64 * 1024
"""Reserved next to an open journal and released when the disk is full, so that the end can still be written."""

LONGEST_LINE_BYTES = 1024**2
"""A longer line is a bad line: no reader holds more than this of a file in memory."""


class JournalFile:
    """Appends events to one file. Each line is on disk before `write` returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        cut_torn_line(path)
        self._file = path.open("a", encoding="utf-8", errors="backslashreplace")
        durable.sync_folder(path.parent)
        self.path = path
        self._reserve = path.with_name(f".{path.stem}.reserve")
        with suppress(OSError):  # `write` reports a full disk
            self._reserve.write_bytes(bytes(RESERVE_BYTES))

    def write(self, event: Event) -> None:
        """Append an event. Raises OSError, for example on a full disk; the next call retries this event too."""
        self._file.write(text(event) + "\n")
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            self._reserve.unlink(missing_ok=True)
            raise

    def close(self) -> None:
        with suppress(OSError):  # `write` reported what the disk refused
            self._file.close()
        with suppress(OSError):
            self._reserve.unlink(missing_ok=True)


@contextmanager
def opened(path: Path) -> Iterator[JournalFile]:
    """A journal that is closed at the end."""
    journal = JournalFile(path)
    try:
        yield journal
    finally:
        journal.close()


def read(path: Path, only: Container[str] | None = None) -> Iterator[Entry]:
    """All complete lines, one at a time, so that a long journal takes no more memory than a short one. With `only`, the
    names of the wanted events, most others are skipped without parsing. Raises OSError."""
    with open_regular(path) as file:
        for number, line in lines(file):
            if only is None or (found := name(line)) is None or found in only:
                yield parsed(line, path, number)


def lines(file: BinaryIO, number: int = 0) -> Iterator[tuple[int, bytes]]:
    """Each non-empty line with its line end and its number, counted from `number`; the file position is then after the
    line. A last line without its end is skipped: the engine is still writing it, or a crash cut it off. Of a line that
    is too long, only the beginning."""
    while True:
        began = file.tell()
        line = rest = file.readline(LONGEST_LINE_BYTES)
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE_BYTES)
        if not rest:
            file.seek(began)
            return
        number += 1
        if line.strip():
            yield number, line


def parsed(line: bytes, path: Path, number: int) -> Entry:
    if not line.endswith(b"\n"):
        return BadLine(path.name, number, f"longer than {LONGEST_LINE_BYTES:,} bytes", name(line))
    return entry(line.rstrip(), path.name, number)


class Tail:
    """The lines of a growing journal, each once."""

    def __init__(self, path: Path) -> None:
        self._path, self._offset_bytes, self._number = path, 0, 0

    def new(self) -> Iterator[tuple[bytes, Entry]]:
        """The lines since the last call, as bytes and parsed; empty while there is no file. Raises OSError."""
        if not self._path.exists():
            return
        with open_regular(self._path) as file:
            file.seek(self._offset_bytes)
            for number, line in lines(file, self._number):
                self._offset_bytes, self._number = file.tell(), number
                yield line, parsed(line, self._path, number)


def cut_torn_line(path: Path) -> None:
    """Cut off a partial last line that a crash left, so that the next event starts on its own line."""
    if not path.exists():
        return
    with open_regular(path) as file:
        for _ in lines(file):
            pass
        whole_bytes = file.tell()
    if whole_bytes < path.stat().st_size:
        os.truncate(path, whole_bytes)
