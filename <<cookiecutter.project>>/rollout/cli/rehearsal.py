"""`rollout rehearse` and `rollout parts`: on this machine, with real HAProxy and Prometheus."""

import argparse
import os
import signal
from pathlib import Path

from rich.console import Console

from rollout.cli import folder
from rollout.errors import WrongCommandLine
from rollout.journal import lock
from rollout.policy import file as policy_file
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
