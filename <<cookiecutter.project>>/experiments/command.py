"""Compare two configurations on real users, and decide honestly.

Exit codes: 0 done, 2 refused (nothing was changed; --json has a code), 3 failed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments import commands, won
from experiments.planned import run_plan
from rollout.cli.options import AS_JSON, SERVICE, positive, said_clearly, some_text, whole
from rollout.onhost.command_line import Commands, Parser, run
from rollout.onhost.complaint import Complaint


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    given = sys.argv[1:] if arguments is None else arguments
    return run(parser(), given, to_program if "--json" in given else to_people)


def parser() -> Parser:
    """The whole command line."""
    top = Parser(prog="python -m experiments", description=__doc__, allow_abbrev=False)
    all_of = Commands(top)
    one, log, as_json = named(), where(), options_json()
    planned = all_of.add("plan", run_plan, "show how many users an experiment needs, and for how long", one, as_json)
    traffic = planned.add_mutually_exclusive_group()
    days = "the new users of a day, for the number of days"
    traffic.add_argument("--users-a-day", type=said_clearly(positive), metavar="N", help=days)
    present = "the users of the last 24 hours, as Prometheus counts them: on the Docker host, or at the URL"
    traffic.add_argument("--prometheus", nargs="?", const="", metavar="URL", help=present)
    planned.add_argument("--service", metavar="NAME", help=SERVICE)
    start = "start an experiment whose definition is committed: the service assigns users within a second"
    all_of.add("start", commands.run_start, start, one, log, as_json)
    rehearse = "let made-up users ask the offline models until it can be decided; needs no key and no service"
    rehearsed = all_of.add("rehearse", commands.run_rehearse, rehearse, one, rehearsals(), as_json)
    rehearsed.add_argument("--users", type=said_clearly(whole), metavar="N", help="the most users")
    model = "the model of the control, with faults or without (default: offline)"
    rehearsed.add_argument("--model", default="offline", metavar="NAME", help=model)
    status = "show the number of users and the guardrails; no difference, unless the plan is sequential"
    all_of.add("status", commands.run_status, status, one, log, as_json)
    decide = "decide and end an experiment, if there are enough users, a broken guardrail, or a broken split"
    all_of.add("decide", commands.run_decide, decide, one, log, as_json)
    stopped = all_of.add("stop", commands.run_stop, "end an experiment without a decision", one, log, as_json)
    why = "the reason, shown in the report"
    stopped.add_argument("--reason", type=said_clearly(some_text), required=True, help=why)
    report = "write the report of an ended experiment as Markdown, SVG and JSON"
    reported = all_of.add("report", commands.run_report, report, one, log, as_json)
    out = "where to write it (default: .experiments)"
    reported.add_argument("--out", type=Path, default=Path(".experiments"), metavar="FOLDER", help=out)
    winner = "print the change that makes the winner the configuration, as a diff for `git apply`"
    best = all_of.add("winner", won.run_winner, winner, one, log, as_json)
    write = "change the files instead, and print the commands that make a pull request of it"
    best.add_argument("--write", action="store_true", help=write)
    return top


def named() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("name", metavar="NAME", help="the definition is experiments/NAME.yaml")
    folder = "the folder of the definitions (default: experiments)"
    options.add_argument("--folder", type=Path, default=Path("experiments"), metavar="FOLDER", help=folder)
    return options


def where() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    one = options.add_mutually_exclusive_group()
    log = "a service's log on this machine, or the URL of its database, instead of the one on the Docker host"
    one.add_argument("--log", type=said_clearly(some_text), metavar="FILE_OR_URL", help=log)
    one.add_argument("--service", metavar="NAME", help=SERVICE)
    return options


def rehearsals() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    log = "a log of its own (default: .experiments/NAME.db)"
    options.add_argument("--log", default="", metavar="FILE", help=log)
    return options


def options_json() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--json", action="store_true", help=AS_JSON)
    return options


def to_people(complaint: Complaint) -> None:
    print(f"experiments: {complaint.message}", file=sys.stderr)


def to_program(complaint: Complaint) -> None:
    to_people(complaint)
    print(complaint.line(), flush=True)
