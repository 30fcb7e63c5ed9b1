"""The provenance of an approved deploy, from the workflow run's variables, and the name of the run's attempt."""

from collections.abc import Mapping

from rollout.errors import WrongInput
from rollout.journal.provenance import Provenance
from rollout.pipeline.variables import repository, variable


def provenance(github: Mapping[str, str]) -> Provenance:
    """The provenance of a release whose signature this job has verified. `github` are the environment variables;
    APPROVED_AT, in epoch seconds, and APPROVED_BY are the outputs of the job `approve`, which a re-run of `deploy`
    alone keeps. Raises WrongInput."""
    return Provenance(
        kind="signed",
        signed_by=f"{variable(github, 'GITHUB_SERVER_URL')}/{variable(github, 'GITHUB_WORKFLOW_REF')}",
        repository_id=github.get("GITHUB_REPOSITORY_ID"),
        commit=variable(github, "GITHUB_SHA"),
        run=attempt(github),
        approved_by=github.get("APPROVED_BY") or None,
        approved_at=seconds(variable(github, "APPROVED_AT")),
    )


def attempt(github: Mapping[str, str]) -> str:
    """The URL of this attempt of this workflow run: it names the attempt. Raises WrongInput."""
    run, number = variable(github, "GITHUB_RUN_ID"), variable(github, "GITHUB_RUN_ATTEMPT")
    return f"{variable(github, 'GITHUB_SERVER_URL')}/{repository(github)}/actions/runs/{run}/attempts/{number}"


def seconds(text: str) -> float:
    if not (text.isascii() and text.isdigit()):
        raise WrongInput(f"the environment variable APPROVED_AT is {text!r}: it must be epoch seconds")
    return float(text)
