"""Shows a running rollout: a live view on a terminal, plain lines anywhere else."""

import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, RenderableType
from rich.live import Live

from rollout.journal import BadLine, Entry, Story, after
from rollout.journal.events import Measured
from rollout.live.counts import Counts
from rollout.live.progress import progress_of
from rollout.live.screen import screen
from rollout.live.sentences import Sentence, measurement, sentence
from rollout.text import clock

LINES_SHOWN = 6
SECONDS_BETWEEN_MEASUREMENTS = 5.0
BAD = ("fail", "error")


class View(Protocol):
    """Receives a journal's entries, in order, and the load's counts, at any time."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def entry(self, entry: Entry) -> None: ...
    def counts(self, counts: Counts) -> None: ...


def view_on(console: Console) -> View:
    """The view that suits this console."""
    # Check the file too: with FORCE_COLOR, a CI log reports that it is a terminal, and a live view would flood it.
    if console.is_interactive and console.file.isatty():
        return LiveView(console)
    return PlainView(lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True))


class PlainView:
    """One line for each event; measurements at intervals, and whenever a gate starts or stops failing."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._story = Story()
        self._progress = progress_of(self._story)
        self._counts: Counts | None = None
        self._said_at = float("-inf")
        self._said: tuple[tuple[str, str], ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def entry(self, entry: Entry) -> None:
        self._story = after(self._story, entry)
        self._progress = progress_of(self._story)
        if said := sentence(entry, self._progress):
            self._line(time_of(entry, self._story), said.text)
        elif isinstance(entry, Measured) and self._is_news(entry.time):
            self._line(entry.time, measurement(self._progress, self._counts, entry.time))

    def counts(self, counts: Counts) -> None:
        self._counts = counts

    def _is_news(self, now: float) -> bool:
        # near the sample floor an outcome flips many times a second: print only bad outcomes at once
        outcomes = tuple((gate.gate, gate.outcome) for gate in self._progress.gates if gate.outcome in BAD)
        if outcomes == self._said and now - self._said_at < SECONDS_BETWEEN_MEASUREMENTS:
            return False
        self._said, self._said_at = outcomes, now
        return True

    def _line(self, now: float, text: str) -> None:
        self._write(f"{clock(now - self._progress.started_at):>9}  {text}")


class LiveView:
    """Redraws four times a second; the last state stays on the screen."""

    def __init__(self, console: Console) -> None:
        self._story = Story()
        self._progress = progress_of(self._story)
        self._counts: Counts | None = None
        self._lines: deque[tuple[float, Sentence]] = deque(maxlen=LINES_SHOWN)
        self._live = Live(console=console, get_renderable=self.drawn, refresh_per_second=4)

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def entry(self, entry: Entry) -> None:
        self._story = after(self._story, entry)
        self._progress = progress_of(self._story)
        if said := sentence(entry, self._progress):
            self._lines.append((time_of(entry, self._story), said))

    def counts(self, counts: Counts) -> None:
        self._counts = counts

    def drawn(self) -> RenderableType:
        # A copy: rich draws in its own thread.
        return screen(self._progress, self._counts, tuple(self._lines), time.time())


def time_of(entry: Entry, story: Story) -> float:
    """Epoch seconds; an unreadable line gets the time of the event before it."""
    if not isinstance(entry, BadLine):
        return entry.time
    return story.newest.time if story.newest else 0.0
