"""How many users and conversations a day has: `experiments plan` takes the days of an experiment from it."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from prometheus_client import Counter

from agent.run.request import RunRequest

MOST_UNITS = 100_000
"""A day's units that are remembered, in this process; further ones are not counted: too few is the safe side."""


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


class DailyUnits:
    """Counts each unit once a day: users with a token, their named conversations, and those of anonymous callers. In
    memory only, as hashes; a restart begins anew."""

    def __init__(self, counter: Counter, day: Callable[[], date] = today) -> None:
        self._counter, self._day = counter, day
        self._today: date | None = None
        self._seen: set[int] = set()

    def note(self, request: RunRequest) -> None:
        """Count what is new today of a run."""
        if (day := self._day()) != self._today:
            self._today = day
            self._seen.clear()
        if request.owner:
            self._count("user", request.owner)
        if request.is_kept:
            kind = "conversation" if request.owner else "anonymous_conversation"
            self._count(kind, f"{request.owner}/{request.conversation_id}")

    def _count(self, kind: str, unit: str) -> None:
        key = hash((kind, unit))
        if key not in self._seen and len(self._seen) < MOST_UNITS:
            self._seen.add(key)
            self._counter.labels(kind).inc()
