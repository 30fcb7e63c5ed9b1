"""`rollout grafana`: rollout.yaml as dashboards of Grafana."""

import argparse

from rollout.cli import options, rendered
from rollout.grafana import files
from rollout.policy import file as policy_file


def run_grafana(chosen: argparse.Namespace) -> int:
    """Write the files or, with --check, refuse if they are not what the policy renders to."""
    return rendered.deliver(chosen, files.render(policy_file.load(chosen.policy)), "rollout grafana")


def grafana_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--check", action="store_true", help="write nothing; refuse if the files do not match rollout.yaml"
    )
    out = f"where to write them (default: {files.FOLDER})"
    read = options.said_clearly(options.path)
    sub.add_argument("--out", type=read, default=files.FOLDER, metavar="FOLDER", help=out)
