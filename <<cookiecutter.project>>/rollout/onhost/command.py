"""The command line of the engine's image: the engine, and the commands that `rollout` runs on a host.

Uses only the libraries in the engine's image. A refusal or failure is one line of JSON on standard output
(`complaint.py`) and a sentence on standard error."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rollout.journal.state import State
from rollout.onhost import commands, names, orders, records
from rollout.onhost.command_line import Commands, Parser, run, to_program


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m rollout.onhost COMMAND`; called by `rollout` and by the container's start."""
    return run(parser(), arguments, to_program)


def parser() -> Parser:
    top = Parser(prog="rollout.onhost", description=__doc__, allow_abbrev=False)
    onhost = Commands(top)
    engine = onhost.add("engine", commands.run_engine, "run one rollout")
    engine.add_argument("spec", type=Path, nargs="?", help="a JSON file (default: the variable ROLLOUT_SPEC)")
    engine.add_argument("--supervised", action="store_true", help="exit with 0 for every verdict")
    onhost.add("prepare", commands.run_prepare, "write configuration into a host's volumes")
    onhost.add("survey", commands.run_survey, "print the state of a host as JSON")
    onhost.add("routing", commands.run_routing, "print what the router does with each slot as JSON")
    onhost.add("check-host", commands.run_check_host, "check that an engine can run on this host")
    seen = onhost.add("doctor", commands.run_doctor, "print what can be seen of a host from beside the traffic as JSON")
    seen.add_argument("--prometheus", required=True, metavar="URL")
    measured = onhost.add("measure", commands.run_measure, "print what Prometheus says to an expression as JSON")
    measured.add_argument("promql")
    measured.add_argument("--prometheus", required=True, metavar="URL")
    empty = onhost.add(
        "wait-until-empty", commands.run_wait_until_empty, "wait until the router reports a slot as down"
    )
    empty.add_argument("slot", choices=names.SLOTS)
    onhost.add("certificate", commands.run_certificate, "have the router serve the certificate in its volume")
    onhost.add("targets", commands.run_targets, "write Prometheus' targets").add_argument("releases", nargs="*")
    status = onhost.add("status", commands.run_status, "print a line for the newest rollout", state())
    status.add_argument("--all", action="store_true", help="print a line for every rollout")
    status.add_argument("--json", action="store_true", help="print JSON")
    report = onhost.add("report", commands.run_report, "print a rollout's report as JSON", state())
    report.add_argument("rollout")
    journal = onhost.add("journal", records.run_journal, "print a rollout's journal", state())
    journal.add_argument("rollout")
    journal.add_argument(
        "--follow",
        action="store_true",
        help="until the rollout is promoted or ends, or its engine is gone",
    )
    journal.add_argument("--from", dest="first", type=int, default=0, metavar="N", help="skip the first N events")
    look = onhost.add("look", commands.run_look, "print a rollout's journal and its signals as JSON", state())
    look.add_argument("rollout", nargs="?")
    look.add_argument("--from", dest="first", type=int, default=0, metavar="N", help="skip the first N events")
    look.add_argument("--prometheus", metavar="URL")
    order = onhost.add("order", orders.run_order, "leave an order for an engine", state())
    order.add_argument("kind", choices=["abort", "promote", "rollback"])
    order.add_argument("rollout")
    order.add_argument("--reason", required=True)
    return top


def state() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--state", type=lambda text: State.existing(Path(text)), required=True, metavar="FOLDER")
    return options
