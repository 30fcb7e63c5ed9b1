"""Shows progress when something takes longer than two seconds: one changing line on a terminal, else plain lines."""

import os
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

CLEAR = "\r\033[K"
PLAIN_EVERY_SECONDS, TERMINAL_EVERY_SECONDS = 10.0, 0.5


class Movement:
    """While entered, prints the elapsed time and the size of `folder` at intervals."""

    def __init__(
        self, what: str, folder: Path | None = None, output: TextIO | None = None, quiet_seconds: float = 2.0
    ) -> None:
        self._what, self._folder, self._quiet_seconds = what, folder, quiet_seconds
        self._output = output or sys.stderr
        self._terminal = self._output.isatty()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _tell(self) -> None:
        begun = time.monotonic()
        wait = self._quiet_seconds
        while not self._over.wait(wait):
            text = moved(self._what, time.monotonic() - begun, size(self._folder) if self._folder else 0)
            print(f"{CLEAR}{text}" if self._terminal else text, end="" if self._terminal else "\n", file=self._output)
            self._output.flush()
            wait = TERMINAL_EVERY_SECONDS if self._terminal else PLAIN_EVERY_SECONDS
        if self._terminal:
            print(CLEAR, end="", file=self._output, flush=True)


def moved(what: str, seconds: float, size_bytes: int) -> str:
    """One line: the activity, the elapsed time and the size."""
    megabytes = f", {size_bytes / 1e6:.0f} MB" if size_bytes else ""
    return f"{what} ... {seconds:.0f} s{megabytes}"


def size(folder: Path) -> int:
    """Bytes in a folder whose files may change meanwhile."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(root) / name).lstat().st_size
            except OSError:  # removed after it was listed
                continue
    return total
