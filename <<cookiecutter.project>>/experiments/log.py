"""The log of the service, as the commands use it: in a file, or on a Docker host (docker.py)."""

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from agent.experiments import Experiment
from agent.experiments import records as onhost
from agent.experiments.records import Records, RecordsRefused, Started, Store
from experiments import errors  # noqa: F401  its codes become its errors
from experiments.evidence import Evidence, evidence_of
from rollout.onhost.complaint import Complaint


class Log(Protocol):
    """An open log. Times are in epoch seconds, by the clock of the machine that has the log. Every method raises NoLog
    if it can't be used."""

    def started(self, name: str) -> Started:
        """Raises NotStarted."""
        ...

    def start(self, definition: Experiment, sha256: str, by: str, source: str) -> None:
        """Start an experiment. Raises AlreadyStarted; Overlaps if a running one changes the same."""
        ...

    def end(self, name: str, by: str, ending: dict[str, Any], at: float | None = None) -> None:
        """End an experiment, now or `at` a moment; its data stays. Raises NotStarted or Ended."""
        ...

    def evidence(self, name: str, metrics: Iterable[str], end: float = math.inf) -> Evidence:
        """The exposures, and the sums of these metrics, up to now or the earlier `end` of the experiment."""
        ...


class StoredLog:
    """A log that this machine reaches: a file, or a database."""

    def __init__(self, records: Store) -> None:
        self._records = records

    def started(self, name: str) -> Started:
        with refusals():
            return self._records.started(name)

    def start(self, definition: Experiment, sha256: str, by: str, source: str) -> None:
        with refusals():
            self._records.start(definition, sha256, time.time(), by, source)

    def end(self, name: str, by: str, ending: dict[str, Any], at: float | None = None) -> None:
        with refusals():
            self._records.started(name)
            self._records.end(name, time.time() if at is None else at, by, ending)

    def evidence(self, name: str, metrics: Iterable[str], end: float = math.inf) -> Evidence:
        with refusals():
            return evidence_of(self._records.gathered(name, metrics, time.time(), end))


class FileLog(StoredLog):
    """A log in a file of this machine."""

    def __init__(self, records: Records) -> None:
        super().__init__(records)
        self._file = records

    def sources(self) -> set[str]:
        """The commits of all experiments, or what else they were started from."""
        return self._file.sources()


@contextmanager
def opened(where: str) -> Iterator[Log]:
    """The log in a file or in the database of a URL; a service has created it. Raises NoLog."""
    with refusals(), onhost.opened_store(where) as records:
        yield StoredLog(records)


@contextmanager
def rehearsed(path: str) -> Iterator[FileLog]:
    """The log of a rehearsal, which creates its file. Raises NoLog."""
    with refusals(), onhost.opened(path, is_new=True) as records:
        yield FileLog(records)


@contextmanager
def refusals() -> Iterator[None]:
    """What the log refuses becomes the error of `errors` with its code."""
    try:
        yield
    except RecordsRefused as error:
        raise Complaint(refused=True, code=error.code, message=str(error)).error() from error
