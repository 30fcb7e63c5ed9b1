"""Writes the page again and again, until the rollout has ended."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rollout import durable
from rollout.dashboard.board import Board
from rollout.dashboard.page import page
from rollout.errors import HostFailed
from rollout.onhost.look import Look

GONE_AFTER_SECONDS = 60.0
"""A rollout without an engine for so long, and without a new event, is over: Docker restarts a dead engine sooner."""

UNREACHABLE_AFTER_SECONDS = 600.0
"""How long to go on when the host can't be reached."""


class Source(Protocol):
    """Where the rollout is."""

    def __call__(self, rollout: str | None, first: int, /) -> Look:
        """Look at the named rollout, or the newest, skipping the journal's first lines. Raises HostFailed if its host
        can't be reached, and Refused."""
        ...


@dataclass
class Writer:
    """`every_seconds` is also how often the page in the browser is loaded again."""

    source: Source
    path: Path
    rollout: str | None = None
    every_seconds: float = 5.0
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    board: Board = field(default_factory=Board)
    answered_at: float | None = None

    def follow(self) -> None:
        """Write the page until the rollout has ended. Raises HostFailed when its host can't be reached for ten minutes,
        Refused, and OSError if the page can't be written."""
        self.sleep(self.every_seconds)
        while not self.update():
            self.sleep(self.every_seconds)

    def update(self, over: bool | None = None) -> bool:
        """Look, and write the page. Returns whether the rollout is `over`, which the caller may know better: then the
        page is the last one, and no browser loads it again."""
        self.board = self._looked()
        over = self.board.is_final(GONE_AFTER_SECONDS) if over is None else over
        durable.replace(self.path, page(self.board, 0.0 if over else self.every_seconds))
        return over

    def _looked(self) -> Board:
        """The board after one more look."""
        try:
            found = self.source(self.board.rollout or self.rollout, self.board.lines)
        except HostFailed as error:
            now = self.clock()
            if self.answered_at is None or now - self.answered_at > UNREACHABLE_AFTER_SECONDS:
                raise
            return self.board.without_an_answer(str(error), now)
        self.answered_at = self.clock()
        return self.board.after(found, self.answered_at)
