"""`rollout render`: rollout.yaml as objects of Argo Rollouts."""

import argparse
import json

from rollout.cli import folder
from rollout.kubernetes import overlay, render, sqlite_files
from rollout.policy import file as policy_file
from rollout.policy.plan import plan


def run_render(chosen: argparse.Namespace) -> int:
    """Write the files or, with --check, refuse if they are not what the policy renders to."""
    files = render.render(plan(policy_file.load(chosen.policy)), render.read_rules(chosen.rules))
    for each in overlay.overlays(chosen.out):
        sqlite_files.check(str(each), overlay.objects(each))
    if chosen.check:
        render.check(chosen.out, files)
    else:
        folder.check(chosen.out)
        render.write(chosen.out, files)
    if chosen.json:
        print(json.dumps({"folder": str(chosen.out), "files": list(files)}))
    else:
        said = "match rollout.yaml" if chosen.check else "written"
        print(f"{chosen.out}: {', '.join(files)} {said}")
    return 0
