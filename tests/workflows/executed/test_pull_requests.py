"""A good pull request is green; otherwise the one check that a merge needs is red, whatever failed."""

import pytest

from tests.workflows.executed.ground import Ground

pytestmark = [pytest.mark.docker, pytest.mark.workflows]

CHANGES = {
    "lint": ("a line of no use", {"agent/__init__.py": (r"\Z", "import os\n")}),
    "test": ("a test that fails", {"tests/agent/api/test_routes.py": (r'"The answer is 36\."', '"The answer is 42."')}),
    "rehearse": ("a limit that no release keeps", {"rollout.yaml": (r"(?s)(restarts:.*fail_above:) 0", r"\1 -1")}),
}


def test_a_good_one_is_green_and_its_summary_shows_both_rehearsals(github: Ground) -> None:
    readme = {"README.md": (r"\Z", "\nOne line more.\n")}
    run = github.pull_request(github.origin.pull_request("good", readme), whole=True).finish()
    assert run.green, run.said()[-4000:]
    assert run.results() == dict.fromkeys(("lint", "test", "images", "rehearse", "comment", "required"), "success")
    summary = run.summary("rehearse")
    assert "Promoted" in summary
    assert "Rolled back" in summary
    assert "rehearse: success" in run.summary("required")
    comment = (github.folder / "uploaded" / "good" / "comment.md").read_text(encoding="utf-8")
    assert comment.count("# Promoted") == comment.count("# Rolled back") == 1
    assert comment.count("xychart-beta") >= 2


@pytest.mark.parametrize("job", CHANGES)
def test_one_that_fails_in_one_job_is_red(github: Ground, job: str) -> None:
    name, changes = CHANGES[job]
    clone = github.origin.pull_request(name.replace(" ", "-"), changes)
    fork = {"repository": "somebody/my-agent"} if job == "lint" else {}
    run = github.pull_request(clone, whole=job == "rehearse", **fork).finish()
    assert ("comment" in run.results()) == (not fork)
    assert not run.green
    red = {name for name, result in run.results().items() if result != "success"}
    assert red == {job, "required"}, run.said()[-4000:]
    assert f"{job}: failure" in run.summary("required")
