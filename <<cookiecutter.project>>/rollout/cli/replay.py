"""`rollout replay`: an incident on this machine."""

import argparse
import os
import signal
from pathlib import Path

from rich.console import Console

from rollout import durable
from rollout.cli import options
from rollout.rehearsal.machine import Machine
from rollout.rehearsal.parts import find_programs
from rollout.rehearsal.programs import PARTS
from rollout.replay.document import as_json, markdown
from rollout.replay.incidents import INCIDENTS
from rollout.replay.picture import picture
from rollout.replay.replay import replay

SPEED = 20.0


def run_replay(chosen: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # like Ctrl-C: every exit cleans up
    incident, repository, console = INCIDENTS[chosen.name], chosen.policy.resolve().parent, Console()
    found = replay(incident, repository, find_programs(PARTS, Machine()), chosen.speed, console)
    chosen.out.mkdir(parents=True, exist_ok=True)
    for suffix, content in (
        ("svg", picture(found) + "\n"),
        ("json", as_json(found)),
        ("md", markdown(found, chosen.speed, repository)),
    ):
        durable.replace(chosen.out / f"{incident.name}.{suffix}", content)
    console.print(f"report: {os.path.relpath(chosen.out / incident.name)}.md", highlight=False, soft_wrap=True)
    return 0


def replay_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("name", choices=list(INCIDENTS), metavar="NAME", help=f"the incident: {', '.join(INCIDENTS)}")
    speed = f"divide every duration by N (default: {SPEED:g})"
    sub.add_argument("--speed", type=options.said_clearly(options.speed), default=SPEED, metavar="N", help=speed)
    out = "where to write the report (default: .rollout/replays)"
    sub.add_argument("--out", type=Path, default=Path(".rollout/replays"), metavar="FOLDER", help=out)
