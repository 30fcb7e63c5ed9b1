"""Handles standard output and standard error that are full or closed, as in `rollout status | head -1`."""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

FAILED = 3
CLOSED = 141
"""Nobody reads the output any more: the exit code that a shell reports for a program that SIGPIPE ended."""


@contextmanager
def buffered() -> Iterator[None]:
    """Give both streams a buffer, flushed at each line. Without one, as with PYTHONUNBUFFERED, a lost line leaves no
    trace for `trouble`."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(with_buffer, before)
    try:
        yield
    finally:
        for stream, old in zip((sys.stdout, sys.stderr), before, strict=True):
            if stream is not old:
                stream.detach().detach()  # type: ignore[attr-defined]  # else it would close the file
        sys.stdout, sys.stderr = before


def with_buffer(stream: TextIO) -> TextIO:
    raw = getattr(stream, "buffer", None)
    if not isinstance(raw, io.RawIOBase):
        return stream
    return io.TextIOWrapper(io.BufferedWriter(raw), stream.encoding, stream.errors, line_buffering=True)


def trouble(stream: TextIO | None) -> OSError | None:
    """Write what is still buffered, and return the error if that fails."""
    try:
        if stream:
            stream.flush()
    except OSError as error:
        return error
    return None


def is_broken() -> bool:
    """Whether an error may come from the output, and not from the command's work."""
    return any(trouble(stream) for stream in (sys.stdout, sys.stderr))


def code_of(error: OSError) -> int:
    """The exit code of a command that ended because its output is broken."""
    return CLOSED if error.errno == errno.EPIPE else FAILED


def finished(code: int) -> int:
    """Write what is still buffered. Returns the exit code: a command whose output is lost has not succeeded."""
    lost = trouble(sys.stdout)
    if lost and code == 0:
        code = code_of(lost)
    if lost and lost.errno != errno.EPIPE:
        with suppress(OSError):
            print(f"rollout: standard output can't be written: {lost.strerror}", file=sys.stderr, flush=True)
    for stream in (sys.stdout, sys.stderr):
        if trouble(stream):
            discard(stream)
    return code


def discard(stream: TextIO) -> None:
    """Send the rest to /dev/null: Python would complain about it when it ends, and change the exit code."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
