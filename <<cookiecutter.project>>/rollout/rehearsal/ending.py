"""The end of a rehearsal: adds the results of the load and the router to the journal, and writes the report."""

import time
from dataclasses import dataclass
from pathlib import Path

from rollout import journal, report
from rollout.errors import PartFailed
from rollout.journal.events import Answers, TrafficTotals, Unjudged
from rollout.journal.state import State
from rollout.live.counts import Counts
from rollout.onhost.complaint import Complaint
from rollout.onhost.engine_process import EXIT_CODES, LEFT
from rollout.rehearsal import routed
from rollout.rehearsal.process import Process


@dataclass(frozen=True)
class Result:
    """How it ended. `exit_code` is the engine's: 0 promoted, 1 rolled back, 3 in doubt. `too_busy` says why the machine
    could not judge the release; the verdict is then in doubt and overrides the engine's."""

    verdict: str
    exit_code: int
    counts: Counts
    report: Path
    too_busy: str | None = None


def end(engine: Process, book: Path, state: State, counts: Counts, log: Path, too_busy: str | None) -> Result:
    """Complete the journal `book` and write its report. Raises Refused or PartFailed if the engine wrote no journal."""
    code = engine.wait(0)
    if not book.exists():
        said = engine.last_lines(20)
        complaint = Complaint.in_output(said)
        raise (
            complaint.error()
            if complaint and complaint.refused
            else PartFailed(complaint.message if complaint else said)
        )
    story = journal.story_of(journal.read(book))
    with journal.opened(book) as file:
        if too_busy:
            file.write(Unjudged(time=time.time(), why=too_busy))
        file.write(traffic(counts, story, log, time.time()))
    written = report.write(journal.story_of(journal.read(book)), alive=False, folder=state.reports())
    ends = {number: name for name, number in EXIT_CODES.items()} | {LEFT: "promoted"}
    verdict = "in_doubt" if too_busy else ends.get(code, "in_doubt")
    return Result(verdict, EXIT_CODES[verdict], counts, written, too_busy)


def traffic(counts: Counts, story: journal.Story, log: Path, now: float) -> TrafficTotals:
    """The load's counts; from the router's log, the time of the canary's first bad answer, and of its last request
    after a verdict against it."""
    verdict = story.verdict if story.verdict and story.verdict.verdict != "promoted" else None
    return TrafficTotals(
        time=now,
        sent=counts.sent,
        answered=counts.answered,
        lost=counts.lost,
        lost_by_kind=dict(counts.lost_by_kind),
        late=counts.late,
        releases={name: Answers(answered=each.answered, errors=each.errors) for name, each in counts.releases.items()},
        first_bad_answer=routed.first_bad_answer(log, "green"),
        last_canary_request_after_verdict_seconds=routed.last_after(log, "green", verdict.time) if verdict else None,
    )
