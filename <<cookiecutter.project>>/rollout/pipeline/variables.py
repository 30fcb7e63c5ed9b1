"""Environment variables that GitHub sets for every run."""

import re
from collections.abc import Mapping

from rollout.errors import WrongInput

REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


def variable(variables: Mapping[str, str], name: str) -> str:
    """Raises WrongInput if it is missing or empty."""
    if found := variables.get(name):
        return found
    state = "empty" if name in variables else "missing"
    raise WrongInput(
        f"the environment variable {name} is {state}: GitHub sets it in every run; elsewhere, set it yourself"
    )


def repository(variables: Mapping[str, str]) -> str:
    """GITHUB_REPOSITORY, as OWNER/NAME. Raises WrongInput."""
    found = variable(variables, "GITHUB_REPOSITORY")
    if not REPOSITORY.fullmatch(found):
        raise WrongInput(f"the environment variable GITHUB_REPOSITORY is {found!r}: write OWNER/NAME, as GitHub does")
    return found
