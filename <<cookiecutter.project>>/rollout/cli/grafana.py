"""`rollout grafana`: rollout.yaml as dashboards of Grafana."""

import argparse

from rollout.cli import rendered
from rollout.grafana import files
from rollout.policy import file as policy_file


def run_grafana(chosen: argparse.Namespace) -> int:
    """Write the files or, with --check, refuse if they are not what the policy renders to."""
    return rendered.deliver(chosen, files.render(policy_file.load(chosen.policy)), "rollout grafana")
