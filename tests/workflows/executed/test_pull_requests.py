"""A good pull request is green; otherwise the one check that a merge needs is red, whatever failed."""

import pytest

from tests.workflows.executed.ground import Ground

pytestmark = [pytest.mark.docker, pytest.mark.workflows]

CHANGES = {
    "a line of no use": ("lint", {"agent/__init__.py": (r"\Z", "import os\n")}),
    "a test that fails": ("test", {"tests/agent/api/test_routes.py": (r'"The answer is 36\."', '"The answer is 42."')}),
    "a worse prompt": ("test", {"agent/run/agent.py": (r"(?m)^INSTRUCTIONS = .*$", 'INSTRUCTIONS = "Help."')}),
    "a limit that no release keeps": ("rehearse", {"rollout.yaml": (r"(?s)(restarts:.*fail_above:) 0", r"\1 -1")}),
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


@pytest.mark.parametrize("name", CHANGES)
def test_one_that_fails_in_one_job_is_red(github: Ground, name: str) -> None:
    job, changes = CHANGES[name]
    clone = github.origin.pull_request(name.replace(" ", "-"), changes)
    fork = {"repository": "somebody/my-agent"} if job == "lint" else {}
    run = github.pull_request(clone, whole=job == "rehearse", **fork).finish()
    assert ("comment" in run.results()) == (not fork)
    assert not run.green
    red = {name for name, result in run.results().items() if result != "success"}
    assert red == {job, "required"}, run.said()[-4000:]
    assert ("eval: failed with the model offline: contains is 0." in run.said()) == (name == "a worse prompt")
    assert f"{job}: failure" in run.summary("required")
