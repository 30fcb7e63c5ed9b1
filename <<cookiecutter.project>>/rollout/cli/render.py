"""`rollout render`: rollout.yaml as objects of Argo Rollouts."""

import argparse

from rollout.cli import rendered
from rollout.kubernetes import overlay, render, sqlite_files
from rollout.policy import file as policy_file
from rollout.policy.plan import plan


def run_render(chosen: argparse.Namespace) -> int:
    """Write the files or, with --check, refuse if they are not what the policy renders to."""
    files = render.render(plan(policy_file.load(chosen.policy)), render.read_rules(chosen.rules))
    for each in overlay.overlays(chosen.out):
        sqlite_files.check(str(each), overlay.objects(each))
    return rendered.deliver(chosen, files, "rollout render")
