"""Why experiments do not run as they were started, as a metric: `agent_experiment_troubles`."""

from collections.abc import Iterable
from typing import Literal, get_args

from prometheus_client import Gauge

Trouble = Literal["model", "definition", "changed", "not_released"]
"""A variant's model can't be run; the definition can't be read by this release; the release has another definition than
the one that was started, or none."""

LogTrouble = Literal["log_read", "log_write"]
ALL = "all"
"""In place of an experiment's name: the log has them all."""


class Troubles:
    """The series of one process. Those of an experiment end with it; one without a trouble has 0, so that a release
    without a log can be told from the others."""

    def __init__(self, gauge: Gauge) -> None:
        self._gauge = gauge
        self._shown: set[str] = set()
        for trouble in ("log_read", "log_write"):
            self._gauge.labels(ALL, trouble).set(0)

    def show(self, running: Iterable[str], found: Iterable[tuple[str, Trouble]]) -> None:
        """Show the troubles of the running experiments, and of no others."""
        running, found = set(running), set(found)
        for trouble in get_args(Trouble):
            for name in self._shown - running:
                self._gauge.remove(name, trouble)
            for name in running:
                self._gauge.labels(name, trouble).set((name, trouble) in found)
        self._shown = running

    def show_log(self, trouble: LogTrouble, is_there: bool) -> None:
        """Show whether the log can't be used, which a log that rests can't."""
        self._gauge.labels(ALL, trouble).set(is_there)
