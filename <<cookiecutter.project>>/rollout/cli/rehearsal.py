"""`rollout rehearse` and `rollout parts`: on this machine, with real HAProxy and Prometheus."""

import argparse
import os
import signal
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from rollout.cli import folder, options
from rollout.errors import WrongCommandLine
from rollout.journal import lock
from rollout.onhost import engine_process
from rollout.policy import file as policy_file
from rollout.policy import quantity
from rollout.rehearsal import candidate, grafana
from rollout.rehearsal.machine import Machine, World
from rollout.rehearsal.pace import Asked
from rollout.rehearsal.parts import find_programs, lines
from rollout.rehearsal.programs import PARTS, Program
from rollout.rehearsal.rehearse import rehearse
from rollout.rehearsal.request import RehearsalRequest
from rollout.report.steps import TOO_BUSY
from rollout.text import listed, percent


def run_rehearse(chosen: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # like Ctrl-C: every exit cleans up
    lock.check(chosen.state.lock())
    request = RehearsalRequest(
        policy=chosen.policy.resolve(),
        state=chosen.state,
        faults=",".join(chosen.fault),
        pace=Asked(chosen.load, chosen.speed),
        first_weight=first_weight(chosen.policy, chosen.first),
        hold_seconds=chosen.hold,
        keep_seconds=chosen.keep,
        keep_going=chosen.keep_going,
        dashboard=chosen.dashboard,
    )
    if request.dashboard:
        folder.check(request.dashboard.parent)
        request.dashboard.parent.mkdir(parents=True, exist_ok=True)
    if request.faults:
        candidate.check(request.repository, request.faults)
    programs = find_programs(PARTS, Machine())
    if chosen.grafana:
        programs |= found_grafana(Machine())
    console = Console()
    result = rehearse(request, programs, console)
    console.print(f"report: {os.path.relpath(result.report)}", highlight=False, soft_wrap=True)
    if result.too_busy:
        console.print(f"{TOO_BUSY}: {result.too_busy}", highlight=False, soft_wrap=True)
        return result.exit_code
    if not chosen.expect:
        return result.exit_code
    lost, ended = result.counts.lost, result.verdict
    console.print(f"expected {chosen.expect} and no lost requests; got {ended} and {lost} lost", highlight=False)
    return int(ended != chosen.expect or lost > 0)


def found_grafana(world: World) -> dict[str, Program]:
    """Grafana, if this machine can run it; otherwise says why not."""
    found = grafana.find(world)
    if isinstance(found, str):
        world.say(f"without Grafana: {found}")
        return {}
    return {grafana.GRAFANA.name: found}


def first_weight(policy: Path, wanted: float | None) -> float:
    """Where to start, 0..1; 0 is the first step. Raises WrongCommandLine when the policy has no such step."""
    weights = [step.weight for step in policy_file.load(policy).steps]
    if wanted is not None and wanted not in weights:
        steps = listed([percent(weight) for weight in weights])
        raise WrongCommandLine(f"argument --first: {percent(wanted)} is not a step of {policy}, which has {steps}")
    return wanted or 0.0


def run_parts(chosen: argparse.Namespace) -> int:
    print(*lines(Machine(), only_check=chosen.check), sep="\n")
    return 0


def parts_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--check", action="store_true", help="only show where they are, or how they would be installed")


def rehearse_options(sub: argparse.ArgumentParser) -> None:
    def option(name: str, read: Callable[[str], object], default: object, metavar: str, help_text: str) -> None:
        sub.add_argument(name, type=options.said_clearly(read), default=default, metavar=metavar, help=help_text)

    fault = "inject a fault into the candidate, such as errors=0.2 or latency=80s (in policy time); repeatable"
    sub.add_argument("--fault", action="append", default=[], metavar="NAME[=VALUE]", help=fault)
    option(
        "--speed",
        options.speed,
        None,
        "N",
        "divide every duration by N (default: what this machine can sustain, at most 20)",
    )
    option(
        "--load",
        options.positive,
        None,
        "RPS",
        "requests per second (default: what this machine can sustain, at most 100)",
    )
    option("--first", quantity.ratio, None, "WEIGHT", "start at this step, such as 25%%, to test a fault there")
    hold = "stay at each step for at most this long, in policy time (default: as in the policy)"
    option("--hold", quantity.duration, None, "DURATION", hold)
    keep = "keep watching after promotion for at most this long, in policy time (default: 5m)"
    option("--keep", quantity.duration, 300.0, "DURATION", keep)
    keep_going = "keep everything running under load after the verdict, until Ctrl-C"
    sub.add_argument("--keep-going", action="store_true", help=keep_going)
    shown = "start Grafana too, with the dashboards, if Docker can run its image"
    sub.add_argument("--grafana", action="store_true", help=shown)
    dashboard = "write the rehearsal as an HTML page while it runs, as `rollout dashboard` does"
    option("--dashboard", options.path, None, "FILE", dashboard)
    expect = "exit with 0 if this is the verdict and no request was lost, otherwise with 1"
    sub.add_argument("--expect", choices=list(engine_process.EXIT_CODES), help=expect)
    kept = "where to write the journal and the report (default: .rollout)"
    option("--state", options.writable_state, ".rollout", "FOLDER", kept)
