"""Only regular files are journals: anything else is an error that comes at once."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from rollout.journal import JournalFile, Tail, read
from rollout.journal.compaction import compact
from rollout.journal.regular import open_regular
from tests.rollout.journal.fifo import fifo, in_time


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_socket(path: Path) -> None:
    before = Path.cwd()
    os.chdir(path.parent)  # a socket's path has at most 108 characters
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path.name)
    finally:
        os.chdir(before)


@pytest.mark.parametrize("put", [fifo, a_device, a_socket, Path.mkdir])
@pytest.mark.parametrize(
    "ask",
    [
        open_regular,
        lambda path: list(read(path)),
        lambda path: list(Tail(path).new()),
        JournalFile,
    ],
    ids=["open", "read", "follow", "write"],
)
def test_what_is_no_file_is_an_error_at_once(
    tmp_path: Path, put: Callable[[Path], object], ask: Callable[[Path], object]
) -> None:
    put(tmp_path / "r.jsonl")
    with pytest.raises(OSError, match=r"r\.jsonl"):
        in_time(lambda: ask(tmp_path / "r.jsonl"))


def test_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"one\n")
    (tmp_path / "link").symlink_to("file")
    with open_regular(tmp_path / "link") as file:
        assert file.read() == b"one\n"


def test_compaction_names_what_is_no_file_and_goes_on(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        fifo(tmp_path / name)
    done = in_time(lambda: compact([tmp_path / "a.jsonl", tmp_path / "b.jsonl"], now=0.0))
    assert ["a.jsonl" in trouble or "b.jsonl" in trouble for trouble in done.troubles] == [True, True]
