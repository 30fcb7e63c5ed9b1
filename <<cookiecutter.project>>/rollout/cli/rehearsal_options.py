"""The options of `rollout rehearse` and `rollout parts`."""

import argparse
from collections.abc import Callable

from rollout.cli import options
from rollout.onhost import engine_process
from rollout.policy import quantity


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
