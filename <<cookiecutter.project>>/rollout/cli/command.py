"""The command `rollout`. Exit codes: 0 promoted or done, 1 rolled back, 2 refused (nothing was touched), 3 in doubt."""

from collections.abc import Sequence
from pathlib import Path

from rollout import VERSION
from rollout.cli import host, options, rehearsal
from rollout.cli.check import run_check
from rollout.onhost.command_line import Commands, Parser, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    return run(parser(), arguments)


def parser() -> Parser:
    """The whole command line."""
    top = Parser(prog="rollout", description=__doc__, allow_abbrev=False)
    top.add_argument("--version", action="version", version=VERSION)
    commands = Commands(top)
    on_this_machine(commands)
    on_a_host(commands)
    return top


def on_this_machine(commands: Commands) -> None:
    rehearse = "roll a release out on this machine, with real parts and requests"
    rehearsal.rehearse_options(commands.add("rehearse", rehearsal.run_rehearse, rehearse, options.policy()))
    parts = "find HAProxy and Prometheus for rehearsals and tests, or bring them: nothing needs root"
    rehearsal.parts_options(commands.add("parts", rehearsal.run_parts, parts))
    check = "check rollout.yaml without touching anything"
    sub = commands.add("check", run_check, check, options.policy(), options.as_json())
    traffic = "say how long each step takes with so many requests a second, and what is seen at it"
    sub.add_argument("--traffic", type=options.said_clearly(options.positive), metavar="N", help=traffic)


def on_a_host(commands: Commands) -> None:
    policy, service, where, named = options.policy(), options.service(), options.where(), options.rollout()
    as_json, reason = options.as_json(), options.reason()
    sub = commands.add("start", host.run_start, "roll a release out on a host", policy, service, as_json)
    sub.add_argument("image", metavar="IMAGE@sha256:…", help="the release: an image by its digest")
    sub.add_argument(
        "--engine", metavar="IMAGE@sha256:…", help="the engine's image (the one the host was prepared with)"
    )
    sub.add_argument("--follow", action="store_true", help="show it until its verdict, which is the exit code")
    sub.set_defaults(interrupted="what was begun goes on, or was taken away: `rollout status` tells")
    sub = commands.add("follow", host.run_follow, "show a host's rollout until its verdict", service, named, as_json)
    sub.set_defaults(interrupted="the rollout goes on without us: `rollout follow` attaches again")
    sub = commands.add("status", host.run_status, "show who is stable, what is kept, and what runs", where, as_json)
    sub.add_argument("--all", action="store_true", help="show every rollout")
    abort = "end the running rollout: all traffic back to stable"
    commands.add("abort", host.run_abort, abort, where, named, reason, as_json)
    promote = "do not wait for the end of the hold, or of the time after the promotion; a gate that fails still ends it"
    commands.add("promote", host.run_promote, promote, where, named, reason, as_json)
    rollback = "go back to a release: at once if it is still up, or else through every gate"
    sub = commands.add("rollback", host.run_rollback, rollback, policy, service, reason, as_json)
    sub.add_argument("release", nargs="?", metavar="IMAGE@sha256:…", help="which; without it the one that is still up")
    sub.add_argument("--now", action="store_true", help="all traffic at once, without gates")
    sub.set_defaults(interrupted="the rollout goes on without us: `rollout follow` attaches again")
    sub = commands.add(
        "report", host.run_report, "write a rollout's report: Markdown, picture and JSON", where, named, as_json
    )
    sub.add_argument("--out", type=Path, metavar="FOLDER", help="where to (.rollout/reports)")
    prune = "remove from a host what no release needs: never the stable one, nor the one before"
    commands.add("prune", host.run_prune, prune, service)
    help_text = "put a secret on a host, from standard input; the next release reads it"
    sub = commands.add("secret", host.run_secret, help_text, service)
    sub.add_argument("name", help="the environment variable that it becomes, or webhook_url for alerting")
    sub.add_argument("--for", dest="whose", choices=["agent", "alerting"], default="agent", help="who reads it (agent)")
