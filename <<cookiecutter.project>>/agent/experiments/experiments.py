"""The running experiments, as a run meets them: which variants it gets, and the log of it."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agent.errors import StorageError
from agent.experiments.completed import Answered, Completed
from agent.experiments.definition import Experiment, Variant
from agent.experiments.log import ExperimentLog, LogRests, Outcome, Running, unit_id
from agent.experiments.released import released_sha256
from agent.experiments.troubles import Trouble, Troubles
from agent.metrics import Metrics
from agent.place import Place, in_file

if TYPE_CHECKING:
    from agent.experiments.postgres import PostgresLog

LOOK_SECONDS = 1.0
"""How often the log is asked which experiments are running: a start or a stop takes effect within it."""

IDLE_LOOK_SECONDS = 5.0
"""How often it is asked without a run too, so that the metrics tell what is, not what was."""

MOST_SEEN = 100_000
"""Units whose exposure was written and is not written again; of others the log keeps the first."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Assigned:
    """A run's part in one experiment."""

    experiment: str
    unit: bytes
    variant: Variant
    completed: Completed | None = None


class Experiments:
    """What can't be read or written changes no run's answer: it is an error in the log, and the run goes on.

    `can_run` says whether this service can run a variant. An experiment with one that it can't is not run at all: one
    side alone would be a bias. What does not run as it was started is in `troubles`; `released` is the sha256 of the
    definition that this release has, by an experiment's name.
    """

    def __init__(
        self,
        log: "ExperimentLog | PostgresLog",
        release: str,
        can_run: Callable[[Variant], bool],
        troubles: Troubles,
        clock: Callable[[], float] = time.time,
        released: Callable[[str], str | None] = released_sha256,
    ) -> None:
        self._log, self._release, self._can_run, self._clock = log, release, can_run, clock
        self._troubles, self._released = troubles, released
        self._looking = asyncio.Lock()
        self._is_closing = False
        self._looked_at: float | None = None
        self._running: Sequence[Experiment] = ()
        self._found: Sequence[Running] = ()
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    async def assign(self, owner: str, conversation_id: str | None) -> tuple[Assigned, ...]:
        """The variants of a run, one of each experiment that its unit is in; each exposure is in the log before the
        run. `owner` is empty, and `conversation_id` None, where nobody named one."""
        await self._look()
        assigned = []
        for experiment in self._running:
            unit = experiment.unit_of(owner, conversation_id)
            index = None if unit is None else experiment.variant_of(unit)
            if unit is None or index is None:
                continue
            key = unit_id(experiment.name, unit)
            assigned.append(Assigned(experiment.name, key, experiment.variants[index], experiment.completed))
            await self._expose(experiment.name, key, index)
        return tuple(assigned)

    async def ended(
        self, assigned: Sequence[Assigned], run_id: str, outcome: Outcome, answered: Answered | None = None
    ) -> None:
        """Write how a run ended, and whether its answer, if it has one, completed the task; also if the caller is
        cancelled meanwhile."""
        await asyncio.shield(self._add(assigned, run_id, outcome, answered))

    async def rated(self, run_id: str, rating: str) -> None:
        """Write a run's rating."""
        await self._written(self._log.rate(run_id, rating))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Look after the running experiments during the body, also while there are no runs; then close the log."""
        looking = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            self._is_closing = True
            looking.cancel()
            await asyncio.wait([looking])
            await self.close()

    async def close(self) -> None:
        """Close the log."""
        await self._log.close()

    async def _keep_looking(self) -> None:
        while True:
            async with self._looking:
                await self._read()
            if self._is_closing:  # a log may report its cancellation as an error
                return
            await asyncio.sleep(IDLE_LOOK_SECONDS)

    async def _look(self) -> None:
        if not self._is_due():
            return
        async with self._looking:  # the first runs of a process wait until it knows
            if self._is_due():
                await self._read()
                self._looked_at = self._clock()

    def _is_due(self) -> bool:
        return self._looked_at is None or not 0 <= self._clock() - self._looked_at < LOOK_SECONDS

    async def _read(self) -> None:
        try:
            found = await self._log.running()
        except LogRests:
            self._troubles.show_log("log_read", True)
            return
        except StorageError as error:
            before = "those before go on" if self._running else "none runs until they can"
            logger.error("the running experiments could not be read; %s: %s", before, error)
            self._troubles.show_log("log_read", True)
            return
        self._troubles.show_log("log_read", False)
        if found != self._found:
            # In a thread: the first use of a provider's model imports its client.
            self._running = await asyncio.to_thread(self._runnable, found)
            self._found = found
            self._seen.clear()  # a new log has none of them

    def _runnable(self, found: Sequence[Running]) -> Sequence[Experiment]:
        """What of it this release can run; one that it can't costs no other."""
        running, troubles = list[Experiment](), list[tuple[str, Trouble]]()
        for each in found:
            try:
                experiment = Experiment.model_validate_json(each.definition)
            except ValueError as error:
                logger.error("the experiment %s is not run: this release can't read it: %s", each.name, error)
                troubles.append((each.name, "definition"))
                continue
            released = self._released(each.name)
            if released is None:
                logger.error("the experiment %s goes on as it was started: this release has no file of it", each.name)
                troubles.append((each.name, "not_released"))
            elif released != each.sha256:
                logger.error("the experiment %s goes on as it was started: its file was changed since", each.name)
                troubles.append((each.name, "changed"))
            if all(map(self._can_run, experiment.variants)):
                running.append(experiment)
            else:
                logger.error("the experiment %s is not run: this release can't run one of its variants", each.name)
                troubles.append((each.name, "model"))
        self._troubles.show((each.name for each in found), troubles)
        return running

    async def _expose(self, experiment: str, unit: bytes, variant: int) -> None:
        if unit in self._seen:
            return
        if await self._written(self._log.expose(experiment, unit, variant, self._release, self._clock())):
            self._seen[unit] = None
            if len(self._seen) > MOST_SEEN:
                self._seen.popitem(last=False)

    async def _add(
        self, assigned: Sequence[Assigned], run_id: str, outcome: Outcome, answered: Answered | None
    ) -> None:
        for each in assigned:
            if each.completed is not None and answered is not None:
                outcome = replace(outcome, passed=each.completed.is_met(answered))
            else:
                outcome = replace(outcome, passed=None)
            await self._written(self._log.add(each.experiment, each.unit, run_id, self._clock(), outcome))

    async def _written(self, write: Awaitable[None]) -> bool:
        try:
            await write
        except LogRests:
            self._troubles.show_log("log_write", True)
            return False
        except StorageError as error:
            logger.error("an experiment's log could not be written: %s", error)
            self._troubles.show_log("log_write", True)
            return False
        self._troubles.show_log("log_write", False)
        return True


def open_experiments(
    place: Place, release: str, can_run: Callable[[Variant], bool], metrics: Metrics
) -> Experiments | None:
    """The experiments of a log in a file, or in a database that is opened later; None without a path. Raises
    StartError."""
    if not place:
        return None
    return Experiments(log_in(place), release, can_run, Troubles(metrics.experiment_troubles))


def log_in(place: Place) -> "ExperimentLog | PostgresLog":
    """The log in a file or a database. Raises StartError."""
    if not isinstance(place, str):
        from agent.experiments.postgres import PostgresLog

        return PostgresLog(place)
    return in_file(ExperimentLog, place, "AGENT_EXPERIMENTS")
