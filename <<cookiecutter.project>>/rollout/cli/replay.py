"""`rollout replay`: incidents on this machine."""

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from rich.console import Console

from rollout import durable
from rollout.policy import file as policy_file
from rollout.rehearsal.machine import Machine
from rollout.rehearsal.parts import find_programs
from rollout.rehearsal.programs import PARTS
from rollout.replay.document import as_data, as_json, markdown
from rollout.replay.incidents import INCIDENTS
from rollout.replay.outcome import Outcome
from rollout.replay.picture import picture
from rollout.replay.replay import replay_all
from rollout.replay.table import table


def run_replay(chosen: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # like Ctrl-C: every exit cleans up
    policy, console = chosen.policy.resolve(), Console(stderr=chosen.json)
    policy_file.load(policy)
    wanted = [INCIDENTS[name] for name in dict.fromkeys(chosen.name or INCIDENTS)]

    def say(text: str) -> None:
        console.print(text, highlight=False, soft_wrap=True)

    def done(outcome: Outcome) -> None:
        write(outcome, chosen.speed, policy.parent, chosen.out)
        durable.replace(chosen.out / "README.md", table(chosen.out))
        say(f"report: {os.path.relpath(chosen.out / outcome.incident.name)}.md")

    chosen.out.mkdir(parents=True, exist_ok=True)
    programs = find_programs(PARTS, Machine())
    found = asyncio.run(replay_all(wanted, policy, programs, chosen.speed, say, chosen.at_once, done))
    if chosen.json:
        print(json.dumps({"incidents": [as_data(each) for each in found]}))
    return 0


def write(found: Outcome, speed: float, repository: Path, folder: Path) -> None:
    for suffix, content in (
        ("svg", picture(found) + "\n"),
        ("json", as_json(found)),
        ("md", markdown(found, speed, repository)),
    ):
        durable.replace(folder / f"{found.incident.name}.{suffix}", content)
