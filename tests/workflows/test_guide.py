"""The guide to a first release shows the real pipeline, and lists what must be set."""

import re
from collections.abc import Mapping

import pytest

from tests.repository import REPOSITORY
from tests.workflows import grants, policy

GUIDE = (REPOSITORY / "docs" / "guides" / "first-release-with-github.md").read_text(encoding="utf-8")
WORKFLOWS = policy.load(REPOSITORY)
TARGETS = {"production", "staging"}
DRAWN = re.search(r"^```mermaid\n(.+?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


def needs(job: Mapping[str, object]) -> list[str]:
    named = job.get("needs", [])
    return [named] if isinstance(named, str) else list(named) if isinstance(named, list) else []


def arrows(workflow: str) -> set[tuple[str, str]]:
    """The dependencies between jobs, without indirect ones."""
    jobs = WORKFLOWS[workflow]["jobs"]

    def above(job: str) -> set[str]:
        return {each for needed in needs(jobs[job]) for each in {needed, *above(needed)}}

    return {
        (f"{workflow}_{needed}", f"{workflow}_{job}")
        for job in jobs
        for needed in needs(jobs[job])
        if not any(needed in above(other) for other in needs(jobs[job]))
    }


@pytest.mark.parametrize("workflow", sorted(WORKFLOWS))
def test_the_diagram_has_the_real_jobs_and_dependencies(workflow: str) -> None:
    assert DRAWN
    boxes = set(re.findall(rf'^ +({workflow}_\w+)\["', DRAWN[1], re.MULTILINE))
    drawn = set(re.findall(rf"^ +({workflow}_\w+) --> ([\w-]+)$", DRAWN[1], re.MULTILINE))
    assert boxes == {f"{workflow}_{job}" for job in WORKFLOWS[workflow]["jobs"]}
    assert drawn == arrows(workflow)


def test_every_variable_and_secret_is_explained_with_its_environment() -> None:
    rows = {
        (kind, name): where
        for name, kinds, where in re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \|", GUIDE, re.MULTILINE)
        for kind in kinds.split(" or ")
    }
    used: dict[tuple[str, str], set[str]] = {}
    for name, job in policy.jobs(WORKFLOWS):
        for kind, variable in re.findall(r"\b(vars|secrets)\.([A-Z_]+)", str(job)):
            word = {"vars": "variable", "secrets": "secret"}[kind]
            environment = grants.ENVIRONMENTS.get(name, "none")
            used.setdefault((word, variable), set()).update(TARGETS if environment == grants.TARGET else {environment})
    assert rows.keys() == used.keys()
    assert all(
        where == set(re.findall(r"\b(?:build|evals|production|staging|template-update|none)\b", rows[each]))
        for each, where in used.items()
    )


def test_every_environment_has_a_row_of_manual_steps() -> None:
    assert set(re.findall(r"^\| Environments, `([a-z-]+)`", GUIDE, re.MULTILINE)) == set(grants.NAMES)
