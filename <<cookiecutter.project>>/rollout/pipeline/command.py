"""The command of the workflows: `python -m rollout.pipeline COMMAND`. Its exit codes are those of `rollout`."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TextIO

from rich.console import Console

from rollout.docker.host import Host
from rollout.errors import PolicyError, WrongInput
from rollout.image import Image
from rollout.onhost.command_line import Commands, Parser, run
from rollout.pipeline.approved import attempt, provenance
from rollout.pipeline.checkout import committed
from rollout.pipeline.cluster import ProductionCluster
from rollout.pipeline.deploy import deploy
from rollout.pipeline.evidence import write_evidence
from rollout.pipeline.facts import facts, image_in
from rollout.pipeline.github import annotate, annotate_error, write_outputs
from rollout.pipeline.host import POLICY, ProductionHost
from rollout.pipeline.page import release_run
from rollout.pipeline.production import Production
from rollout.pipeline.restore import Failed, restore
from rollout.pipeline.rollback import go_back
from rollout.pipeline.summary import brief, summary
from rollout.pipeline.variables import variable
from rollout.policy import file as policy_file
from rollout.policy.plan import plan
from rollout.policy.target import KUBERNETES, check_line, target_in

INTERRUPTED = "the rollout may still be running: see `rollout status`"
NO_HOST = (
    "DOCKER_HOST is not set: it is a variable of the environment production, and of staging if it exists, such as "
    "ssh://deploy@my-host (docs/guides/first-release-with-github.md)"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal or failure becomes an annotation of the workflow run."""
    return run(parser(), arguments, annotate_error)


def run_facts(chosen: argparse.Namespace) -> int:
    if chosen.going_back:
        outputs()({"image": image_in(Path(), os.environ)})
        return 0
    outputs()(asdict(facts(Path(), os.environ, committed(Path()))))
    return 0


def run_target(chosen: argparse.Namespace) -> int:
    """`rollback` only warns: what runs can be taken back without a policy."""
    try:
        check_line(policy_file.load(POLICY), POLICY)
    except PolicyError as error:
        if not chosen.going_back:
            raise
        annotate("warning", str(error))
    say(f"the target is {target_in(POLICY)}")
    return 0


def run_deploy(chosen: argparse.Namespace) -> int:
    for reference in (chosen.release, chosen.engine):
        Image.parse(reference)
    approved = provenance(os.environ)
    return deploy(chosen.release, chosen.engine, approved, production(sys.stdout), outputs(), annotate)


def run_restore(chosen: argparse.Namespace) -> int:
    Image.parse(chosen.release)
    failed = Failed(chosen.release, attempt(os.environ), chosen.stable or None, chosen.followed or None)
    restore(failed, chosen.reason, production(sys.stderr), say, annotate)
    return 0


def run_rollback(chosen: argparse.Namespace) -> int:
    if chosen.release:
        Image.parse(chosen.release)
    host = production(sys.stdout)
    return go_back(chosen.release or None, chosen.reason, host, annotate, now=chosen.now == "true")


def run_evidence(chosen: argparse.Namespace) -> int:
    release = chosen.release or None
    page = release_run(os.environ, release) if chosen.page and release else None
    write_evidence(chosen.folder, release, production(sys.stderr), say, page)
    return 0


def run_summary(chosen: argparse.Namespace) -> int:
    say(brief(chosen.folder) if chosen.brief else summary(chosen.folder))
    return 0


def production(log: TextIO) -> Production:
    """The cluster of the kubeconfig, or the host in DOCKER_HOST, as rollout.yaml says; progress goes to `log`. Raises
    WrongInput, NoCluster or NoHost."""
    progress, console = partial(print, file=log, flush=True), Console(file=log)
    if target_in(POLICY) == KUBERNETES:
        return ProductionCluster.connect(os.environ, lambda: plan(policy_file.load(POLICY)), progress, console)
    if not os.environ.get("DOCKER_HOST"):
        raise WrongInput(NO_HOST)
    return ProductionHost(Host.connect(), progress, console)


def outputs() -> Callable[[Mapping[str, str]], None]:
    return partial(write_outputs, Path(variable(os.environ, "GITHUB_OUTPUT")))


def folder(text: str) -> Path:
    """A folder, or a name that is free. Raises ArgumentTypeError, of which argparse makes a sentence."""
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path


def say(text: str) -> None:
    print(text, flush=True)


def parser() -> Parser:
    top = Parser(prog="rollout.pipeline", description=__doc__, allow_abbrev=False)
    commands = Commands(top)
    sub = commands.add("facts", run_facts, "write the version, image and labels of this release as step outputs")
    sub.add_argument("--going-back", action="store_true", help="write the image only; check neither version nor tag")
    sub = commands.add("target", run_target, "refuse an invalid rollout.yaml, and print its target")
    wrong = "only warn about an invalid policy: a running rollout can roll back without it"
    sub.add_argument("--going-back", action="store_true", help=wrong)
    sub = commands.add("deploy", run_deploy, "start the rollout of a release, or follow a running one, to its verdict")
    sub.add_argument("release")
    sub.add_argument("engine")
    sub.set_defaults(interrupted=INTERRUPTED)
    sub = commands.add("restore", run_restore, "return the traffic of the rollout that this attempt began to stable")
    sub.add_argument("release")
    sub.add_argument("stable", nargs="?", help="the release to restore (default: as in the journal)")
    sub.add_argument("--reason", required=True)
    sub.add_argument("--followed", help="the rollout of an earlier attempt that the deploy followed")
    sub.set_defaults(interrupted=INTERRUPTED)
    sub = commands.add("rollback", run_rollback, "restore a release; succeeds if it is already stable")
    sub.add_argument("release", nargs="?")
    sub.add_argument("--reason", required=True)
    sub.add_argument(
        "--now", choices=["true", "false"], default="false", help="move all traffic at once, without gates"
    )
    sub.set_defaults(interrupted=INTERRUPTED)
    sub = commands.add(
        "evidence", run_evidence, "write the newest report and the status to a folder, and print a summary"
    )
    sub.add_argument("folder", type=folder)
    sub.add_argument("--page", action="store_true", help="write evidence.md, one page with everything; in release.yml")
    sub.add_argument("release", nargs="?", help="write the report only if the newest rollout is of this release")
    sub = commands.add("summary", run_summary, "print the reports in a folder as Markdown")
    sub.add_argument("--brief", action="store_true", help="print only each verdict and its charts")
    sub.add_argument("folder", type=folder)
    return top
