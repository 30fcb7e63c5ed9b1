"""Roll releases out and back.

Exit codes: 0 promoted or done, 1 rolled back (or `doctor` found a problem), 2 refused (nothing was touched), 3 in doubt
or failed, 141 the program that reads the output has ended.
"""

from collections.abc import Sequence

from rollout import VERSION
from rollout.cli import options
from rollout.cli.dashboard_options import dashboard_options
from rollout.cli.later import Later
from rollout.cli.rehearsal_options import parts_options, rehearse_options
from rollout.cli.replay_options import replay_options
from rollout.cli.target import Either, OnlyOnHost
from rollout.grafana import FOLDER as DASHBOARDS
from rollout.kubernetes.render import FOLDER, RULES
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
    on_the_target(commands)
    return top


def on_this_machine(commands: Commands) -> None:
    rehearse = "rehearse a rollout on this machine, with real HAProxy, Prometheus and requests"
    rehearse_options(commands.add("rehearse", Later("rehearsal:run_rehearse"), rehearse, options.policy()))
    again = "replay incidents on this machine: when each alert notices, who was harmed before, what a rollout did"
    replay_options(commands.add("replay", Later("replay:run_replay"), again, options.policy(), options.as_json()))
    parts = "find or install HAProxy and Prometheus for rehearsals and tests, without root"
    parts_options(commands.add("parts", Later("rehearsal:run_parts"), parts))
    check = "validate rollout.yaml; changes nothing"
    sub = commands.add("check", Later("check:run_check"), check, options.policy(), options.as_json())
    traffic = "show how long each step takes with N requests per second, and which faults it detects"
    sub.add_argument("--traffic", type=options.said_clearly(options.positive), metavar="N", help=traffic)
    written = "write the gates and steps of rollout.yaml as objects of Argo Rollouts, and the alert rules for a cluster"
    sub = commands.add(
        "render", Later("render:run_render"), written, options.policy(), options.as_json(), options.only_check()
    )
    rules, out = f"the alert rules (default: {RULES})", f"where to write them (default: {FOLDER})"
    sub.add_argument("--rules", type=options.said_clearly(options.path), default=RULES, metavar="FOLDER", help=rules)
    sub.add_argument("--out", type=options.said_clearly(options.path), default=FOLDER, metavar="FOLDER", help=out)
    shown = "write the dashboards of Grafana: the service, a rollout with the gates of rollout.yaml, and cost"
    sub = commands.add(
        "grafana", Later("grafana:run_grafana"), shown, options.policy(), options.as_json(), options.only_check()
    )
    out = f"where to write them (default: {DASHBOARDS})"
    sub.add_argument("--out", type=options.said_clearly(options.path), default=DASHBOARDS, metavar="FOLDER", help=out)


def on_the_target(commands: Commands) -> None:
    policy, service, where = options.policy(), options.service(), options.where()
    as_json, reason, unverified = options.as_json(), options.reason(), options.unverified()
    the_running = options.rollout("the running one")
    begin = Either(Later("host:run_start"), Later("cluster:run_start"))
    sub = commands.add("start", begin, "start a rollout on the target", policy, service, unverified, as_json)
    sub.add_argument("image", metavar="IMAGE@sha256:…", help="the release: an image with its digest")
    sub.add_argument(
        "--engine",
        metavar="IMAGE@sha256:…",
        help="the engine's image (default: the one that the host was prepared with)",
    )
    sub.add_argument(
        "--follow", action="store_true", help="show the rollout live until its verdict, which sets the exit code"
    )
    sub.set_defaults(interrupted="the rollout may still be running: see `rollout status`")
    follow = "show a rollout as it happens, until its verdict"
    named = options.rollout("the running one, or the newest")
    watch = Either(Later("host:run_follow"), Later("cluster:run_follow"))
    sub = commands.add("follow", watch, follow, policy, service, named, as_json)
    sub.set_defaults(interrupted="the rollout continues: `rollout follow` shows it again")
    shows = "show the stable release, the other one, and the newest rollout"
    sub = commands.add(
        "status", Either(Later("host:run_status"), Later("cluster:run_status")), shows, policy, where, as_json
    )
    sub.add_argument("--all", action="store_true", help="show every rollout, not only the newest")
    looks = "look at a host or a cluster as a person would, and say what is wrong and which command helps"
    commands.add(
        "doctor", Either(Later("host:run_doctor"), Later("cluster:run_doctor")), looks, policy, service, as_json
    )
    abort = "abort the running rollout: all traffic returns to stable"
    give = Either(Later("orders:run_abort"), Later("cluster:run_abort"))
    commands.add("abort", give, abort, policy, where, the_running, reason, as_json)
    promote = "end this step's hold early, or `keep` after promotion; a failed gate still rolls back"
    give = Either(Later("orders:run_promote"), Later("cluster:run_promote"))
    commands.add("promote", give, promote, policy, where, the_running, reason, as_json)
    rollback = "restore a release: at once if it is still running, otherwise with every gate"
    back = Either(Later("host:run_rollback"), Later("cluster:run_rollback"))
    sub = commands.add("rollback", back, rollback, policy, service, reason, unverified, as_json)
    sub.add_argument(
        "release",
        nargs="?",
        metavar="IMAGE@sha256:…",
        help="the release to restore (default: the other release that is still running)",
    )
    sub.add_argument("--now", action="store_true", help="move all traffic at once, without gates")
    sub.set_defaults(interrupted="the rollout continues: `rollout follow` shows it again")
    report = "write a rollout's report as Markdown, SVG and JSON"
    reports = Either(Later("host:run_report"), Later("cluster:run_report"))
    sub = commands.add("report", reports, report, policy, where, options.rollout("the newest"))
    one = sub.add_mutually_exclusive_group()
    one.add_argument("--json", action="store_true", help=options.AS_JSON)
    out = "where to write it (default: .rollout/reports, or the folder of --state)"
    one.add_argument("--out", type=options.said_clearly(options.path), metavar="FOLDER", help=out)
    page = "write a rollout as an HTML page, again and again until it has ended: no Grafana, no server"
    on_page = OnlyOnHost(Later("dashboard:run_dashboard"))
    sub = commands.add("dashboard", on_page, page, policy, where, options.rollout("the newest"), as_json)
    dashboard_options(sub)
    sub.set_defaults(interrupted="the page stays as it is, and the rollout is not affected")
    prune = "remove unneeded containers and images from a host; keeps the images of the last two stable releases"
    commands.add("prune", OnlyOnHost(Later("host:run_prune")), prune, policy, service)
    certificate = "give the router a TLS certificate with its chain and key, read from standard input"
    commands.add("certificate", OnlyOnHost(Later("host:run_certificate")), certificate, policy, service)
    help_text = "store a secret on a host, read from standard input; the next release reads it when it starts"
    sub = commands.add("secret", OnlyOnHost(Later("host:run_secret")), help_text, policy, service)
    sub.add_argument(
        "name", help="name of the environment variable, or webhook_url for alerting, or admin_password for grafana"
    )
    sub.add_argument(
        "--for",
        dest="reader",
        choices=["agent", "alerting", "engine", "grafana"],
        default="agent",
        help="what reads it (default: agent)",
    )
