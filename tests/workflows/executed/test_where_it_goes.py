"""Which jobs of a release run, by what `check` has decided: its conditions are real, its steps only print."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.image.context import git
from tests.repository import REPOSITORY
from tests.workflows.executed.act import begin
from tests.workflows.executed.known import known

pytestmark = pytest.mark.workflows

BUILT = {"check", "test", "build", "sign"}
DEPLOYED = {"approve", "deploy", "evidence", "attach"}


def printing(environment: str, verdict: int) -> dict[str | bool, Any]:
    """release.yml without what its steps do; `verdict` is the exit code of the deploy."""
    text = (REPOSITORY / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    workflow: dict[str | bool, Any] = yaml.safe_load(known(text))
    workflow["on"] = workflow.pop(True)  # YAML reads the key `on` as a truth value
    for name, job in workflow["jobs"].items():
        job.pop("uses", None)
        said = {"check": f'echo "environment={environment}" >>"$GITHUB_OUTPUT"', "deploy": f"exit {verdict}"}
        ids = [step["id"] for step in job.get("steps", []) if "id" in step]
        job["runs-on"] = "ubuntu-slim"
        job["steps"] = [*({"id": one, "run": said.get(name, "true")} for one in ids), {"run": "true"}]
    return workflow


def results(folder: Path, event: str, environment: str, verdict: int = 0) -> dict[str, str]:
    """job -> how it ended; a job that was skipped is not there."""
    path = folder / "clone" / ".github" / "workflows" / "release.yml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(printing(environment, verdict)), encoding="utf-8")
    who = ("-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    git(folder / "clone", "init", "--quiet")
    git(folder / "clone", "add", "--all")
    git(folder / "clone", *who, "commit", "--quiet", "--message", "all")
    git(folder / "clone", "tag", "v1.0.0")
    (folder / "event.json").write_text('{"ref": "refs/tags/v1.0.0"}')
    arguments = [event, f"--workflows={path}", f"--eventpath={folder / 'event.json'}"]
    return begin(folder / "clone", folder / "log", arguments, {}).finish(within_seconds=300).results()


@pytest.mark.parametrize("event", ["push", "workflow_dispatch"])
@pytest.mark.parametrize(
    ("environment", "jobs"), [("production", BUILT | DEPLOYED), ("staging", BUILT | DEPLOYED), ("", BUILT)]
)
def test_a_release_that_is_for_no_environment_is_built_and_signed_and_goes_nowhere(
    event: str, environment: str, jobs: set[str], tmp_path: Path
) -> None:
    assert results(tmp_path, event, environment) == dict.fromkeys(jobs, "success")


def test_a_deploy_that_fails_is_restored_wherever_it_went(tmp_path: Path) -> None:
    found = results(tmp_path, "push", "staging", verdict=1)
    assert found == dict.fromkeys(BUILT | DEPLOYED | {"restore"}, "success") | {"deploy": "failure"}
