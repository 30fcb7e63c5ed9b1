"""The command `rollout`. Exit codes: 0 promoted or done, 1 rolled back, 2 refused (nothing was touched), 3 in doubt."""

import argparse
import getpass
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from rollout import VERSION, config, engine_process, journal, lock, quantity, report
from rollout.errors import NothingThere, Refused, RolloutError
from rollout.plan import plan, traffic_needed
from rollout.rehearsal.machine import Machine
from rollout.rehearsal.programs import HAPROXY, PROMETHEUS, find_programs
from rollout.rehearsal.rehearse import Wish, rehearse
from rollout.spec import Spec
from rollout.state import Order, State

REFUSED, IN_DOUBT = 2, 3
Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Every error of ours becomes one message and an exit code, here and nowhere else."""
    chosen = parser().parse_args(arguments)
    command: Command = chosen.command
    try:
        return command(chosen)
    except RolloutError as error:
        print(f"rollout: {error}", file=sys.stderr)
        return REFUSED if isinstance(error, Refused) else IN_DOUBT
    except KeyboardInterrupt:
        print("rollout: interrupted; nothing is left running", file=sys.stderr)
        return IN_DOUBT


def run_rehearse(chosen: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: no way out leaves anything behind
    programs = find_programs([HAPROXY, PROMETHEUS], Machine(), yes=chosen.yes)
    console = Console()
    wish = Wish(
        policy=chosen.policy.resolve(),
        state=chosen.state,
        faults=",".join(chosen.fault),
        speed=chosen.speed,
        requests_per_second=chosen.load,
        first_weight=chosen.first,
        keep_seconds=chosen.keep,
        keep_going=chosen.keep_going,
    )
    result = rehearse(wish, programs, console)
    console.print(f"report: {os.path.relpath(result.report)}", highlight=False, soft_wrap=True)
    if not chosen.expect:
        return result.exit_code
    lost, ended = result.counts.lost, result.verdict
    console.print(f"expected {chosen.expect} and no lost request: it was {ended}, {lost} lost", highlight=False)
    return int(ended != chosen.expect or lost > 0)


def run_parts(chosen: argparse.Namespace) -> int:
    for program in find_programs([HAPROXY, PROMETHEUS], Machine(), yes=chosen.yes).values():
        print(f"{program.name}: {program.image or program.argv[0]}")
    return 0


def run_status(chosen: argparse.Namespace) -> int:
    state: State = chosen.state
    if not state.journals():
        print(f"no rollout yet in {state.folder}")
        return 0
    shown = state.journals() if chosen.all else [state.newest()]
    for path in shown:
        evidence = report.gather(journal.read(path), alive=alive(state, path))
        print(f"{evidence.rollout}: {report.headline(evidence)}")
    if lock.is_held(state.lock()):
        print(lock.describe(state.lock()))
    return 0


def run_report(chosen: argparse.Namespace) -> int:
    state: State = chosen.state
    path = state.newest(chosen.rollout)
    events, living = journal.read(path), alive(state, path)
    if chosen.json:
        print(json.dumps(report.document(report.gather(events, living)), indent=2))
        return 0
    print(report.write(events, living, chosen.out or state.reports()))
    return 0


def run_abort(chosen: argparse.Namespace) -> int:
    state: State = chosen.state
    path = state.newest(chosen.rollout)
    if not alive(state, path):
        raise NothingThere(f"rollout {path.stem} does not run: there is nothing to stop")
    state.give(path.stem, Order("abort", by=getpass.getuser(), reason=chosen.reason))
    print(f"told the engine of {path.stem} to go back to stable: `rollout status` shows when it has")
    return 0


def run_check(chosen: argparse.Namespace) -> int:
    policy = config.load(chosen.policy)
    print(f"{chosen.policy}: {len(policy.steps)} steps, {len(policy.gates)} gates: {', '.join(policy.gates)}")
    print(f"its first step needs at least {traffic_needed(plan(policy)):.3g} requests a second to be passed")
    return 0


def run_engine(chosen: argparse.Namespace) -> int:
    return engine_process.EXIT_CODES[engine_process.run(Spec.load(chosen.spec))]


def alive(state: State, path: Path) -> bool:
    """Whether the engine of this journal is running: it holds the lock, in its own name."""
    return lock.is_held(state.lock()) and lock.holder(state.lock()).get("rollout") == path.stem


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="rollout", description=__doc__, allow_abbrev=False)
    top.add_argument("--version", action="version", version=VERSION)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, help_text: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_text, description=help_text, allow_abbrev=False, parents=parents)
        sub.set_defaults(command=command)
        return sub

    policy, state, named, consent = policy_options(), state_options(), named_rollout(), consent_options()
    rehearse = "roll a release out on this machine, with real parts and requests"
    rehearse_options(add("rehearse", run_rehearse, rehearse, policy, state, consent))
    add("parts", run_parts, "find HAProxy and Prometheus for rehearsals and tests, or install them", consent)
    sub = add("status", run_status, "show the newest rollout, and whether one is running", state)
    sub.add_argument("--all", action="store_true", help="show every rollout")
    sub = add("abort", run_abort, "end the running rollout: all traffic back to stable", state, named)
    sub.add_argument("--reason", required=True, help="why, for the report")
    sub = add("report", run_report, "write a rollout's report: Markdown, picture and JSON", state, named)
    sub.add_argument("--json", action="store_true", help="print it as JSON instead")
    sub.add_argument("--out", type=Path, metavar="FOLDER", help="where to (.rollout/reports)")
    add("check", run_check, "check rollout.yaml without touching anything", policy)
    sub = add("engine", run_engine, "what the engine's own process runs; rehearse starts it")
    sub.add_argument("spec", type=Path, help="the JSON file that says what to do")
    return top


def policy_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--policy", type=Path, default=Path("rollout.yaml"), metavar="FILE", help="the policy (rollout.yaml)"
    )
    return options


def state_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    help_text = "where journals and reports are kept (.rollout)"
    options.add_argument("--state", type=folder_of_state, default=".rollout", metavar="FOLDER", help=help_text)
    return options


def consent_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--yes", action="store_true", help="install HAProxy and Prometheus without asking")
    return options


def named_rollout() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("rollout", nargs="?", help="its name; without it the newest")
    return options


def rehearse_options(sub: argparse.ArgumentParser) -> None:
    def option(name: str, read: Callable[[str], object], default: object, metavar: str, help_text: str) -> None:
        sub.add_argument(name, type=said_clearly(read), default=default, metavar=metavar, help=help_text)

    fault = "make the candidate bad, as in errors=0.2 or latency=3s; may be given several times"
    sub.add_argument("--fault", action="append", default=[], metavar="NAME[=VALUE]", help=fault)
    option("--speed", positive, 20.0, "N", "divide every duration by N (20)")
    option("--load", positive, 100.0, "RPS", "requests a second (100)")
    option("--first", quantity.ratio, 0.0, "WEIGHT", "begin at this step, as in 25%%: to meet a fault there")
    keep = "after promotion, watch on for at most this much of the policy's time (5m)"
    option("--keep", quantity.duration, 300.0, "DURATION", keep)
    keep_going = "stay up after the verdict, under load, until Ctrl-C: to look around"
    sub.add_argument("--keep-going", action="store_true", help=keep_going)
    expect = "exit with 0 if this is the verdict and the router lost no request, else with 1"
    sub.add_argument("--expect", choices=list(engine_process.EXIT_CODES), help=expect)


def folder_of_state(text: str) -> State:
    return State(Path(text).resolve())


def positive(text: str) -> float:
    """A finite number above 0. Raises ValueError."""
    if not re.fullmatch(r"\d+(\.\d+)?", text) or float(text) == 0:
        raise ValueError(f"{text!r} is not a number above 0")
    return float(text)


def said_clearly(read: Callable[[str], object]) -> Callable[[str], object]:
    """argparse hides what a ValueError says; this shows it."""

    def typed(text: str) -> object:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return typed
