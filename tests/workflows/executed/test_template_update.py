"""The workflow that proposes a new version of the template: with the real template, and a real merge."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.baking import Baker
from tests.source import copy_template
from tests.update.template import FIXED, git, replaced, with_history, with_two_releases
from tests.workflows.executed import programs, stand_ins
from tests.workflows.executed.act import Run, begin
from tests.workflows.executed.known import make_known

pytestmark = pytest.mark.workflows

NAME = "my-org/my-agent"
WORKFLOW = ".github/workflows/template-update.yml"
CANARY = "canary-of-the-token"
BRANCH = "template-update/v0.2.0"
MINE = "agent/mine.py"

# The first `pr create` opens one; `pr list` shows it.
GH = """\
#!/usr/bin/env bash
case "$*" in
  "pr list"*) cat "$PROPOSED/url" 2>/dev/null || true ;;
  "pr create"*)
    printf '%s\\n' "$@" >"$PROPOSED/arguments"
    cp ../update/body.md "$PROPOSED"
    echo a-pull-request >"$PROPOSED/url"
    ;;
esac
"""


class Repository:
    """A repository of the template's first release, with an edit, at a remote."""

    def __init__(self, folder: Path, template: Path) -> None:
        self._folder, home = folder, folder / "home"
        self.proposed = folder / "proposed"
        for each in (home, self.proposed):
            each.mkdir()
        self.clone = Baker(f"git+file://{template}", home).run(folder, "--no-input", "--checkout", "v0.1.0").folder
        make_known(self.clone)
        (self.clone / MINE).write_text("MINE = 1\n")
        self.remote = folder / "origin.git"
        git(folder).run("init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        git(self.remote).run("config", "uploadpack.allowAnySHA1InWant", "true")  # as on GitHub
        self.push()
        self._actions = list(stand_ins.arguments(folder / "stand-ins"))
        (folder / "event.json").write_text(json.dumps({"repository": {"full_name": NAME}}))
        self._environment = {
            "PATH": f"{programs.put(folder / 'bin', 'gh', GH)}{os.pathsep}{os.environ['PATH']}",
            "ORIGIN": str(self.remote),
            "NOTES": str(folder / "notes"),
            "UPLOADED": str(folder / "uploaded"),
            "PROPOSED": str(self.proposed),
            "TERM": "dumb",
            # The workflow pushes to GitHub's address.
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.file://{self.remote}.insteadOf",
            "GIT_CONFIG_VALUE_0": f"https://github.com/{NAME}.git",
        }

    def push(self) -> None:
        mine = git(self.clone)
        mine.run("add", "--all")
        mine.run("commit", "--quiet", "--message", "mine")
        mine.run("push", "--quiet", f"file://{self.remote}", "HEAD:main")

    def run(self, name: str, *, token: str = CANARY) -> Run:
        """The workflow, started by hand."""
        (self._folder / "secrets").write_text(f"TEMPLATE_UPDATE_TOKEN={token}\n" if token else "")
        arguments = [
            "workflow_dispatch",
            f"--workflows={WORKFLOW}",
            f"--eventpath={self._folder / 'event.json'}",
            f"--action-cache-path={self._folder / 'act'}",
            f"--secret-file={self._folder / 'secrets'}",
            f"--env=GITHUB_REPOSITORY={NAME}",
            *self._actions,
        ]
        return begin(self.clone, self._folder / f"{name}.log", arguments, self._environment | {"RUN": name}).finish()

    def branches(self) -> list[str]:
        return git(self.remote).run("for-each-ref", "--format=%(refname:short)", "refs/heads").split()

    def file(self, branch: str, path: str) -> str:
        shown = subprocess.run(["git", "show", f"{branch}:{path}"], cwd=self.remote, capture_output=True, text=True)
        return shown.stdout

    def arguments(self) -> list[str]:
        """What `gh` was told to open; nothing if it was not."""
        path = self.proposed / "arguments"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    return with_two_releases(with_history(copy_template(folder / "history")), folder / "released")


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Repository:
    return Repository(tmp_path, template)


def test_the_newest_release_is_proposed_once_and_main_is_not_touched(repository: Repository) -> None:
    before = git(repository.remote).run("rev-parse", "main")
    run = repository.run("first")
    assert run.green, run.said()[-4000:]
    assert repository.branches() == ["main", BRANCH]
    assert FIXED[1] in repository.file(BRANCH, "rollout/text.py")
    assert repository.file(BRANCH, MINE) == "MINE = 1\n"
    assert git(repository.remote).run("rev-parse", "main") == before
    opened = repository.arguments()
    assert opened[opened.index("--title") + 1] == "Update the template to v0.2.0"
    assert "run `rollout doctor`" in (repository.proposed / "body.md").read_text()
    assert CANARY not in run.output

    (repository.proposed / "arguments").unlink()
    again = repository.run("second")
    assert again.green, again.said()[-4000:]
    assert f"{BRANCH} was proposed before" in again.said("propose")
    assert repository.arguments() == []


def test_conflicts_are_in_the_files_and_a_checklist(repository: Repository) -> None:
    replaced(repository.clone / "rollout/text.py", FIXED[0], 'if names else "nobody"')
    repository.push()
    run = repository.run("conflict")
    assert run.green, run.said()[-4000:]
    assert "<<<<<<<" in repository.file(BRANCH, "rollout/text.py")
    assert "Update the template to v0.2.0, with conflicts" in repository.arguments()
    assert "- [ ] `rollout/text.py`" in (repository.proposed / "body.md").read_text()


def test_without_a_token_the_summary_shows_what_it_would_propose(repository: Repository) -> None:
    run = repository.run("no-token", token="")
    assert run.green, run.said()[-4000:]
    assert "lacks the secret TEMPLATE_UPDATE_TOKEN" in run.summary("propose")
    assert "run `rollout doctor`" in run.summary("merge")
    assert repository.branches() == ["main"]
    assert repository.arguments() == []
