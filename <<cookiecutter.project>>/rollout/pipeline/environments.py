"""`python3 -m rollout.pipeline.environments`: refuses to go on when an environment is missing or open.

GitHub would make a missing one, without protection, the moment that a job names it. It asks `gh`, and needs the
standard library only: nothing that was installed sees the token.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from rollout.errors import Refused, WrongInput
from rollout.onhost.command_line import Parser, run
from rollout.pipeline.github import annotate_error
from rollout.pipeline.variables import repository

Environment = Mapping[str, Any]  # as GitHub's REST API answers
LookAt = Callable[[str], Environment | None]

ONLY_SOME_BRANCHES = ("build", "production")
APPROVAL = "release-approval"


def complaint(look_at: LookAt, *, approved: bool) -> str | None:
    """What is wrong with the first environment that is; without approval nobody has to be asked."""
    for name in ONLY_SOME_BRANCHES:
        found = look_at(name)
        if found is None:
            return missing(name)
        if not found.get("deployment_branch_policy"):
            return f"the environment {name} is open to all branches"
    if not approved:
        return None
    found = look_at(APPROVAL)
    if found is None:
        return missing(APPROVAL)
    return None if has_reviewers(found) else f"the environment {APPROVAL} has no reviewers"


def missing(name: str) -> str:
    return f"the environment {name} is missing, or can't be read"


def has_reviewers(found: Environment) -> bool:
    rules = found.get("protection_rules") or []
    return any(rule.get("type") == "required_reviewers" and rule.get("reviewers") for rule in rules)


def ask_github(repository: str, name: str) -> Environment | None:
    """None if it does not exist or can't be read; gh prints the reason on standard error. Raises WrongInput."""
    command = ["gh", "api", f"repos/{repository}/environments/{name}"]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    except FileNotFoundError as error:
        raise WrongInput("the program gh is missing: install it (https://cli.github.com)") from error
    if done.returncode:
        return None
    try:
        found = json.loads(done.stdout)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise WrongInput(f"`{' '.join(command)}` printed no JSON object: try it by hand, with another version of gh")
    return found


def check(_: argparse.Namespace) -> int:
    """Raises Refused."""
    approved = os.environ.get("WITHOUT_APPROVAL") != "true"
    if not approved:
        print("::warning::this release needs no approval: the variable RELEASE_WITHOUT_APPROVAL is true")
    look_at = partial(ask_github, repository(os.environ))
    if found := complaint(look_at, approved=approved):
        raise Refused(f"{found}: run .github/setup-repository")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 for what is refused."""
    parser = Parser(prog="rollout.pipeline.environments", description=__doc__, allow_abbrev=False)
    parser.set_defaults(command=check, interrupted="nothing was changed")
    return run(parser, arguments, annotate_error)


if __name__ == "__main__":
    sys.exit(main())
