"""`python3 -m rollout.pipeline.environments`: decides which environment a version is deployed to, if it is protected.

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
from pathlib import Path
from typing import Any

from rollout.errors import Refused, WrongInput
from rollout.onhost.command_line import Parser, run
from rollout.pipeline.github import annotate, annotate_error, write_outputs
from rollout.pipeline.variables import repository, variable
from rollout.pipeline.version import is_final

Environment = Mapping[str, Any]  # as GitHub's REST API answers
LookAt = Callable[[str], Environment | None]

BUILD, APPROVAL, PRODUCTION, STAGING = "build", "release-approval", "production", "staging"
OPEN = "is open to all branches"
SELF_REVIEW = "whoever starts a release may also approve it"
BY_HAND = "let only the tags v* use it: Settings, Environments"


def environment_for(version: str, look_at: LookAt) -> str | None:
    """The environment that a version is deployed to: for a pre-release staging, or None if that does not exist."""
    if is_final(version):
        return PRODUCTION
    return STAGING if look_at(STAGING) else None


def complaint(environment: str | None, look_at: LookAt, *, approved: bool) -> str | None:
    """The first mistake in the environments that a deploy to this one needs, or None. `approved`: production needs
    reviewers."""
    for name in filter(None, (BUILD, environment)):
        found = look_at(name)
        if found is None:
            return missing(name)
        if not found.get("deployment_branch_policy"):
            return f"the environment {name} {OPEN}"
    if not approved or environment != PRODUCTION:
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


def can_review_oneself(found: Environment | None) -> bool:
    """Whether somebody who starts a release may be the one who approves it."""
    rules = (found or {}).get("protection_rules") or []
    return not any(rule.get("prevent_self_review") for rule in rules if rule.get("type") == "required_reviewers")


def check_public_log(variables: Mapping[str, str]) -> None:
    """Signing publishes a repository's name, which a private one must have allowed. Raises Refused."""
    if variables.get("PRIVATE") == "false":
        return
    if variables.get("PUBLIC_LOG") != "true":
        raise Refused(
            "this repository is private, and signing a release publishes the repository's name, tag and commit in "
            "Sigstore's public transparency log, for ever. To allow that: gh variable set PUBLIC_TRANSPARENCY_LOG "
            "--body true"
        )
    annotate("notice", "signing publishes this private repository's name, tag and commit in a public transparency log")


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
    """Write the output `environment`, empty if the release is not deployed. Raises Refused."""
    check_public_log(os.environ)
    approved = os.environ.get("WITHOUT_APPROVAL") != "true"
    version, look_at = variable(os.environ, "VERSION"), partial(ask_github, repository(os.environ))
    environment = environment_for(version, look_at)
    if environment == PRODUCTION and not approved:
        annotate("warning", "this release needs no approval: the variable RELEASE_WITHOUT_APPROVAL is true")
    if found := complaint(environment, look_at, approved=approved):
        by_hand = f"{STAGING} {OPEN}" in found  # the script leaves staging alone
        raise Refused(f"{found}: {BY_HAND if by_hand else 'run .github/setup-repository'}")
    if environment == PRODUCTION and approved and can_review_oneself(look_at(APPROVAL)):
        annotate("warning", f"{SELF_REVIEW}: run .github/setup-repository with --reviewer")
    if environment != PRODUCTION:
        where = "deployed to staging" if environment else f"not deployed, because {missing(STAGING)}"
        annotate("notice", f"{version} is a pre-release, so it does not reach production: it is {where}")
    write_outputs(Path(variable(os.environ, "GITHUB_OUTPUT")), {"environment": environment or ""})
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 2 for what is refused."""
    parser = Parser(prog="rollout.pipeline.environments", description=__doc__, allow_abbrev=False)
    parser.set_defaults(command=check, interrupted="nothing was changed")
    return run(parser, arguments, annotate_error)


if __name__ == "__main__":
    sys.exit(main())
