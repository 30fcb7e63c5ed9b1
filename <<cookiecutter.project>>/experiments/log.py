"""The log of the service, as the commands use it: an experiment is started and ended in it, and read as sums."""

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.experiments import Experiment
from agent.experiments.log import SCHEMA
from agent.sqlite_file import SqliteFile
from experiments.errors import AlreadyStarted, Ended, NoLog, NotStarted, Overlaps
from experiments.evidence import MOMENTS, Evidence, Measured
from experiments.inference.contrast import Pair
from experiments.inference.sums import Sums
from experiments.metric import METRICS, Metric
from rollout.text import listed

BUSY_SECONDS = 10.0
INSERT = """
INSERT OR IGNORE INTO experiments (name, sha256, definition, started_at, started_by, source)
VALUES (?, ?, ?, ?, ?, ?)"""
SELECT = "SELECT sha256, started_at, started_by, source, ended_at, ended_by, ending FROM experiments WHERE name = ?"
RUNNING = "SELECT definition FROM experiments WHERE ended_at IS NULL"
END = "UPDATE experiments SET ended_at = ?, ended_by = ?, ending = ? WHERE name = ? AND ended_at IS NULL"
EXPOSED = "SELECT variant, count(*), min(at), max(at) FROM exposures WHERE experiment = ? AND at <= ? GROUP BY variant"
# A run that its client ended stays, and did not complete its task: the clients of a slow variant end more, and without
# these runs only patient users would count. Nor did a run that was rated bad. One that failed before it used a token
# cost nothing.
PER_UNIT = """
CREATE TEMP TABLE per_unit AS
SELECT e.variant, e.release, min(?, cast((e.at - ?) * ? / ? AS INTEGER)) AS moment, o.*
FROM exposures e JOIN (
  SELECT unit, count(*) AS runs, sum(outcome = 'answered' AND rating IS NOT 'bad') AS completed,
    sum(outcome NOT IN ('answered', 'cancelled') AND substr(outcome, 1, 7) <> 'client_') AS failed,
    sum(tokens) AS tokens, total(cost_usd) AS cost_usd,
    sum(cost_usd IS NULL AND tokens > 0) AS unpriced, sum(seconds) AS seconds, sum(rating IS 'good') AS good,
    sum(rating IS NOT NULL) AS rated
  FROM outcomes WHERE experiment = ? AND at <= ? GROUP BY unit
) o ON o.unit = e.unit WHERE e.experiment = ? AND e.at <= ?"""


@dataclass(frozen=True)
class Started:
    """An experiment in the log. Times are in epoch seconds; `ending` says how it ended, None while it is running."""

    sha256: str
    at: float
    by: str
    source: str
    ended_at: float | None
    ended_by: str | None
    ending: dict[str, Any] | None


class Log:
    """An open log. Every method raises NoLog if the file can't be used."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def started(self, name: str) -> Started:
        """Raises NotStarted."""
        row = self._database.execute(SELECT, (name,)).fetchone()
        if row is None:
            raise NotStarted(f"{name} was not started: `python -m experiments start {name}` starts it")
        sha256, at, by, source, ended_at, ended_by, ending = row
        return Started(sha256, at, by, source, ended_at, ended_by, None if ending is None else json.loads(ending))

    def running(self) -> list[Experiment]:
        """The running experiments."""
        return [Experiment.model_validate_json(row[0]) for row in self._database.execute(RUNNING)]

    def sources(self) -> set[str]:
        """The commits of all experiments, or what else they were started from."""
        return {row[0] for row in self._database.execute("SELECT source FROM experiments")}

    def start(self, name: str, sha256: str, definition: Experiment, at: float, by: str, source: str) -> None:
        """Start an experiment. Raises AlreadyStarted; Overlaps if a running one changes the same."""
        values = (name, sha256, definition.model_dump_json(), at, by, source)
        with self._alone():  # two starts at once would not see each other
            for other in self.running():
                if both := definition.changes & other.changes:
                    same = listed(sorted(both))
                    raise Overlaps(f"{other.name} is running and changes the {same} too: wait for its end")
            if not self._database.execute(INSERT, values).rowcount:
                raise AlreadyStarted(
                    f"{name} was started before: a change, or a second try, is a new experiment with a new name"
                )

    def end(self, name: str, at: float, by: str, ending: dict[str, Any]) -> None:
        """End an experiment; its data stays. Raises Ended if it has ended."""
        if not self._database.execute(END, (at, by, json.dumps(ending), name)).rowcount:
            raise Ended(f"{name} has ended")

    def evidence(self, name: str, metrics: Iterable[str], end: float = math.inf) -> Evidence:
        """The exposures, and the sums of these metrics, up to the `end` of the experiment in epoch seconds."""
        rows = {row[0]: row[1:] for row in self._database.execute(EXPOSED, (name, end))}
        began = min((first for _, first, _ in rows.values()), default=0.0)
        until = max((last for _, _, last in rows.values()), default=0.0)
        exposed = (rows.get(0, (0,))[0], rows.get(1, (0,))[0])
        self._database.execute("DROP TABLE IF EXISTS per_unit")
        moments = (MOMENTS - 1, began, MOMENTS, max(until - began, 1e-9))
        self._database.execute(PER_UNIT, (*moments, name, end, name, end))
        return Evidence(exposed, began, until, {each: self._measured(METRICS[each]) for each in metrics})

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else writes during the body; what it wrote stays if it does not raise."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def _measured(self, metric: Metric) -> Measured:
        x, y = metric.x, metric.y
        select = (
            f"SELECT release, moment, variant, count(*), sum({x}), sum({y}), sum(({x}) * ({x})), sum(({y}) * ({y})), "  # noqa: S608
            f"sum(({x}) * ({y})) FROM per_unit WHERE {metric.needs} GROUP BY release, moment, variant"
        )  # all of it from METRICS
        cells: dict[tuple[str, int], Pair] = {}
        for release, moment, variant, *sums in self._database.execute(select):
            pair = Pair(Sums(*sums)) if variant == 0 else Pair(treatment=Sums(*sums))
            cells[release, moment] = cells.get((release, moment), Pair()) + pair
        unpriced = 0
        if x == "cost_usd":
            unpriced = self._database.execute("SELECT coalesce(sum(unpriced), 0) FROM per_unit").fetchone()[0]
        return Measured(cells, unpriced)


@contextmanager
def opened(path: str, *, is_new: bool = False) -> Iterator[Log]:
    """The log in a file, which only a service creates, and a rehearsal (`is_new`). Raises NoLog."""
    if not path:
        raise NoLog("no log is named: set AGENT_EXPERIMENTS, as for the service, or use --log FILE")
    if not is_new and not Path(path).exists():
        raise NoLog(f"{path} does not exist: use the file that the service has in AGENT_EXPERIMENTS")
    try:
        file = SqliteFile(path, "experiments", SCHEMA, BUSY_SECONDS)
        try:
            yield Log(file.database)
        finally:
            file.database.close()
    except sqlite3.Error as error:
        raise NoLog(f"{path} can't be used: {error}") from error
