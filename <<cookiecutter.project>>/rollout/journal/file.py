"""The file that a rollout's events lie in: one JSON line each, on the disk before anything depends on it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from rollout import durable
from rollout.journal.events import Event

RESERVE_BYTES = 64 * 1024
"""Held beside an open journal, and given back when the disk is full: so the end can still be written down."""


class JournalFile:
    """Appends events to one file. Each line is on the disk before `write` returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        cut_torn_line(path)
        # what UTF-8 can't hold becomes the escape that JSON has for it
        self._file = path.open("a", encoding="utf-8", errors="backslashreplace")
        durable.sync_folder(path.parent)
        self.path = path
        self._reserve = path.with_name(f".{path.stem}.reserve")
        with suppress(OSError):  # a disk that is full by now is said by `write`
            self._reserve.write_bytes(bytes(RESERVE_BYTES))

    def write(self, event: str, time: float, **values: Any) -> None:
        """`time` is in epoch seconds. Raises OSError, as on a full disk; the next call writes this event too, if it
        can."""
        line = json.dumps({"time": round(time, 6), "event": event, **values}, ensure_ascii=False)
        self._file.write(line + "\n")
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            self._reserve.unlink(missing_ok=True)
            raise

    def close(self) -> None:
        with suppress(OSError):  # what the disk refused was said by `write`
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


class Tail:
    """The events of a journal that grows, each once."""

    def __init__(self, path: Path) -> None:
        self._path, self._offset_bytes = path, 0

    def new(self) -> list[Event]:
        """What came since the last call; nothing while there is no file. A line without an end is not read yet: its
        engine is just writing it, or a crash tore it."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._offset_bytes)
            whole, end, _ = file.read().rpartition(b"\n")  # bytes: the tear can lie within a character
        self._offset_bytes += len(whole + end)
        return [json.loads(line) for line in whole.split(b"\n") if line]


def read(path: Path) -> list[Event]:
    """All whole lines. Raises FileNotFoundError."""
    path.stat()
    return Tail(path).new()


def cut_torn_line(path: Path) -> None:
    """Cut off what a crash left behind the last line's end, so that the next event does not run into it."""
    if not path.exists():
        return
    content = path.read_bytes()
    if not content.endswith(b"\n"):
        os.truncate(path, content.rfind(b"\n") + 1)
