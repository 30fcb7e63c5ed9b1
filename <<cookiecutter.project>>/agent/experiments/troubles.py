"""Why experiments do not run as they were started, as a metric: `agent_experiment_troubles`."""

from collections.abc import Iterable
from typing import Literal

from prometheus_client import Gauge

Trouble = Literal["model", "definition", "changed"]
"""A variant's model can't be run; the definition can't be read by this release; the release has another definition than
the one that was started."""

LogTrouble = Literal["log_read", "log_write"]
ALL = "all"
"""In place of an experiment's name: the log has them all."""


class Troubles:
    """The series of one process. Those of an experiment end with it."""

    def __init__(self, gauge: Gauge) -> None:
        self._gauge = gauge
        self._shown: set[tuple[str, Trouble]] = set()
        for trouble in ("log_read", "log_write"):
            self._gauge.labels(ALL, trouble).set(0)

    def show(self, found: Iterable[tuple[str, Trouble]]) -> None:
        """Show these troubles of experiments, and no others."""
        found = set(found)
        for name, trouble in self._shown - found:
            self._gauge.remove(name, trouble)
        for name, trouble in found:
            self._gauge.labels(name, trouble).set(1)
        self._shown = found

    def show_log(self, trouble: LogTrouble, is_there: bool) -> None:
        """Show whether the log could not be used at its last use."""
        self._gauge.labels(ALL, trouble).set(is_there)
