"""`python3 -m rollout.pipeline.environments`: refuses to go on when an environment is missing or open.

GitHub would make a missing one, without protection, the moment that a job names it. It asks `gh`, and needs the
standard library only: nothing that was installed sees the token.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

Environment = Mapping[str, Any]  # as GitHub's REST API answers
LookAt = Callable[[str], Environment | None]

ONLY_SOME_BRANCHES = ("build", "production")
APPROVAL = "release-approval"
REFUSED = 2


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
    rules = found.get("protection_rules", [])
    return any(rule["type"] == "required_reviewers" and rule["reviewers"] for rule in rules)


def ask_github(repository: str, name: str) -> Environment | None:
    """None for what is missing or can't be looked at; gh says on standard error which of them."""
    done = subprocess.run(["gh", "api", f"repos/{repository}/environments/{name}"], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        return None
    found: Environment = json.loads(done.stdout)
    return found


def main(variables: Mapping[str, str]) -> int:
    """The exit code: 0, or 2 for what is refused."""
    approved = variables.get("WITHOUT_APPROVAL") != "true"
    if not approved:
        print("::warning::this release needs no approval: the variable RELEASE_WITHOUT_APPROVAL is true")
    found = complaint(lambda name: ask_github(variables["GITHUB_REPOSITORY"], name), approved=approved)
    if found:
        print(f"::error::{found}: run .github/setup-repository", file=sys.stderr)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
