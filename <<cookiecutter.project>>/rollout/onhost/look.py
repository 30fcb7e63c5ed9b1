"""One look at a rollout for `rollout dashboard`: its journal, and what Prometheus has seen of it."""

import time
from pathlib import Path

from rollout import journal
from rollout.errors import MetricsError, NoRolloutYet
from rollout.journal.events import Ended, Started
from rollout.journal.state import State
from rollout.metrics.seen import Seen
from rollout.onhost import records
from rollout.onhost.facts import Fact

AROUND_SECONDS = 300.0
"""How much of the time before and after a rollout is looked at, in the policy's time."""

WITHOUT_SECONDS = 3600.0
"""How much of the past is looked at without a rollout."""

NO_ADDRESS = "its address is not known: --prometheus URL gives it"


class Look(Fact):
    """`lines` are the journal's, from the first that was asked for; `running` is whether the engine lives. `troubles`
    say what could not be seen, by part: `journal`, `prometheus`. `seen` is None without Prometheus."""

    rollout: str | None
    running: bool
    lines: list[str]
    seen: Seen | None
    troubles: dict[str, str]


def journal_of(state: State, rollout: str | None) -> Path | None:
    """The named rollout's journal, or the newest one if there is any. Raises UnknownRollout, and Refused when the
    folder can't be read."""
    try:
        return state.newest(rollout)
    except NoRolloutYet:
        return None


def look(state: State, path: Path | None, first: int, prometheus: str | None) -> Look:
    """Look at the rollout with this journal, skipping its `first` lines, or at the last hour without one."""
    troubles: dict[str, str] = {}
    began, ended, speed, lines = 0.0, None, 1.0, list[str]()
    alive = path is not None and records.alive(state, path)  # before the journal is read: then it holds the end
    try:
        for number, (line, entry) in enumerate(journal.Tail(path).new() if path else []):
            if isinstance(entry, Started):
                began, speed = began or entry.time, entry.speed
            ended = entry.time if isinstance(entry, Ended) else ended
            if number >= first:
                lines.append(records.printable(line, entry))
    except OSError as error:
        troubles["journal"] = str(error)
    seen, now = None, time.time()
    around = AROUND_SECONDS / speed
    begin, end = (began - around, min(now, (ended or now) + around)) if began else (now - WITHOUT_SECONDS, now)
    try:
        seen = Seen.ask(prometheus, begin, end, now) if prometheus else None
    except MetricsError as error:
        troubles["prometheus"] = str(error)
    if not prometheus:
        troubles["prometheus"] = NO_ADDRESS
    return Look(rollout=path.stem if path else None, running=alive, lines=lines, seen=seen, troubles=troubles)
