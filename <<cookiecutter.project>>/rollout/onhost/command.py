"""What runs beside the traffic and the data: the engine, and what `rollout` asks of a host.

Needs no Docker and sends no load: all of it runs on the few libraries that the engine's image holds. What is refused or
fails is a line of JSON on standard output (`complaint.py`), and a sentence on standard error."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rollout.journal.state import State
from rollout.onhost import commands, names, records
from rollout.onhost.command_line import Commands, Parser, run, to_program


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m rollout.onhost COMMAND`; nobody types it."""
    return run(parser(), arguments, to_program)


def parser() -> Parser:
    top = Parser(prog="rollout.onhost", description=__doc__, allow_abbrev=False)
    onhost = Commands(top)
    engine = onhost.add("engine", commands.run_engine, "run one rollout")
    engine.add_argument("spec", type=Path, nargs="?", help="a JSON file; without it the variable ROLLOUT_SPEC")
    engine.add_argument("--supervised", action="store_true", help="exit with 0 whatever the verdict")
    onhost.add("prepare", commands.run_prepare, "fill a host's volumes with configuration")
    onhost.add("survey", commands.run_survey, "print what a host's records say, as JSON")
    onhost.add("check-host", commands.run_check_host, "try what an engine will need")
    empty = onhost.add("wait-until-empty", commands.run_wait_until_empty, "wait until the router knows a slot is empty")
    empty.add_argument("slot", choices=names.SLOTS)
    onhost.add("targets", commands.run_targets, "tell Prometheus of the releases").add_argument("releases", nargs="*")
    status = onhost.add("status", commands.run_status, "print a line for the newest rollout", state())
    status.add_argument("--all", action="store_true", help="or for every one")
    status.add_argument("--json", action="store_true", help="as JSON")
    report = onhost.add("report", commands.run_report, "print a rollout's report as JSON", state())
    report.add_argument("rollout")
    journal = onhost.add("journal", records.run_journal, "print a rollout's journal", state())
    journal.add_argument("rollout")
    journal.add_argument("--follow", action="store_true", help="until it is promoted, has ended, or is silent for long")
    journal.add_argument("--from", dest="first", type=int, default=0, metavar="N", help="leave out the first N events")
    order = onhost.add("order", records.run_order, "leave an order for an engine", state())
    order.add_argument("kind", choices=["abort", "promote", "rollback"])
    order.add_argument("rollout")
    order.add_argument("--reason", required=True)
    return top


def state() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--state", type=lambda text: State(Path(text).resolve()), required=True, metavar="FOLDER")
    return options
