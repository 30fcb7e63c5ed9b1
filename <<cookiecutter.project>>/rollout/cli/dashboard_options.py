"""The options of `rollout dashboard`."""

import argparse
from pathlib import Path

from rollout.cli import options
from rollout.policy import quantity

PAGE = Path(".rollout/dashboard.html")


def interval(text: str) -> float:
    """At least a second: each page is a look at the host. Raises ValueError."""
    if quantity.duration(text) < 1:
        raise ValueError(f"{text} is too often: use at least 1s")
    return quantity.duration(text)


def dashboard_options(sub: argparse.ArgumentParser) -> None:
    out = f"the page (default: {PAGE})"
    sub.add_argument("--out", type=options.said_clearly(options.path), default=PAGE, metavar="FILE", help=out)
    prometheus = "with --state: where Prometheus answers, as a rehearsal prints it; without it, no signals are shown"
    sub.add_argument("--prometheus", metavar="URL", help=prometheus)
    every = "write the page this often (default: 5s; on a host 10s)"
    sub.add_argument("--every", type=options.said_clearly(interval), metavar="DURATION", help=every)
    sub.add_argument("--once", action="store_true", help="write the page once, and do not wait for the rollout's end")
