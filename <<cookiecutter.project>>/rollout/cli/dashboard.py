"""`rollout dashboard`: a rollout as one HTML page, from a host or from a folder of rehearsals."""

import argparse
from pathlib import Path

from rollout.cli import folder
from rollout.cli.talk import Talk
from rollout.dashboard import Board, Source, Writer
from rollout.docker.host import Host
from rollout.docker.look import look as look_at_host
from rollout.errors import WrongCommandLine
from rollout.journal.state import State
from rollout.onhost.look import journal_of, look
from rollout.report import gather

EVERY_SECONDS, EVERY_SECONDS_ON_A_HOST = 5.0, 10.0
"""A look at a host starts a container there."""


def run_dashboard(chosen: argparse.Namespace) -> int:
    talk = Talk(chosen)
    if chosen.prometheus and not chosen.state:
        raise WrongCommandLine("argument --prometheus: only with --state, because a host says where its Prometheus is")
    folder.check(chosen.out.parent)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    if chosen.state:
        source, every_seconds = of_folder(chosen.state, chosen.prometheus), EVERY_SECONDS
    else:
        source, every_seconds = of_host(Host.connect(chosen.service)), EVERY_SECONDS_ON_A_HOST
    writer = Writer(source, chosen.out, chosen.rollout, chosen.every or every_seconds)
    over = writer.update(over=True if chosen.once else None)
    talk.say(f"{chosen.out} is written" if over else f"{chosen.out} is written: open it in a browser. Ctrl-C ends this")
    if not over:
        writer.follow()
    talk.result(result(writer.board, chosen.out))
    return 0


def of_folder(state: State, prometheus: str | None) -> Source:
    return lambda rollout, first: look(state, journal_of(state, rollout), first, prometheus)


def of_host(host: Host) -> Source:
    return lambda rollout, first: look_at_host(host, rollout, first)


def result(board: Board, page: Path) -> dict[str, str | None]:
    """What `rollout dashboard --json` prints. Without a rollout, all but the page is None."""
    verdict = gather(board.story, board.running).final.verdict if board.story.started else None
    return {"page": str(page), "rollout": board.rollout, "verdict": verdict}
