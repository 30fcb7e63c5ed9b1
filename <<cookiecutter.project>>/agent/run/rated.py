"""The newest runs, so that each can be rated once."""

from collections import OrderedDict
from typing import Literal

from agent.run.request import RunResult

Rating = Literal["good", "bad"]

MOST_RUNS = 10_000


class RatedRuns:
    """Remembers the newest answered runs of this process, and which were rated. Only those can be rated, so that no
    client can write what it likes into a release's metric."""

    def __init__(self, most: int = MOST_RUNS) -> None:
        self._most = most
        self._rated: OrderedDict[str, bool] = OrderedDict()

    def add(self, result: RunResult) -> None:
        """Remember a run, and forget the oldest where there are too many. A stored answer is not a new run."""
        if result.replayed_from is not None:
            return
        self._rated[result.run_id] = False
        if len(self._rated) > self._most:
            self._rated.popitem(last=False)

    def rate(self, run_id: str) -> bool:
        """Whether this rating counts: the first of a run does. Raises KeyError for a run that is not known."""
        first = not self._rated[run_id]
        self._rated[run_id] = True
        return first
