"""The workflow that proposes an update: what it pushes, and when it does nothing."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.repository import REPOSITORY
from tests.workflows import policy
from tests.workflows.scripted import Done, done

WORKFLOW = policy.load(REPOSITORY)["template-update"]["jobs"]
IDENTITY = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
UPKEEP = """\
import pathlib, sys
if {code} < 2 and {found}:
    pathlib.Path(sys.argv[2]).write_text("- [ ] a conflict")
    pathlib.Path(".template.json").write_text('{{"template": {{"checkout": "v0.2.0"}}}}')
    pathlib.Path(".git/MERGE_MSG").write_text("Update the template")
sys.exit({code})
"""


GH = """\
#!/bin/sh
if [ "$2" = list ]; then printf '%s' "$*" >"{folder}/asked"; cat "{folder}/opened"; exit; fi
[ ! -e "{folder}/down" ] || exit 1
printf '%s\\n' "$@" >>"{folder}/gh"
echo https://github.com/my-org/my-agent/pull/1 >"{folder}/opened"
"""


class Ground:
    """A clone of a repository on GitHub, with a template's code that ends in one way."""

    def __init__(self, folder: Path, code: int = 0, found: bool = True) -> None:
        self.folder, self.clone = folder, folder / "clone"
        self.remote = folder / "my-org" / "my-agent.git"
        for name in ("bin", "temp", "clone/upkeep"):
            (folder / name).mkdir(parents=True)
        (folder / "bin" / "gh").write_text(GH.format(folder=folder))
        (folder / "bin" / "gh").chmod(0o755)
        (self.clone / "upkeep" / "__main__.py").write_text(UPKEEP.format(code=code, found=found))
        self.environment = {
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "RUNNER_TEMP": str(folder / "temp"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "GITHUB_SERVER_URL": f"file://{folder}",
            "GITHUB_REPOSITORY": "my-org/my-agent",
        }
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "first")
        self.git("push", "--quiet", str(self.remote), "main")
        self.environment["GITHUB_SHA"] = self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        environment = self.environment | dict.fromkeys(IDENTITY, "ada@example.org")  # not the workflow's
        ran = subprocess.run(["git", *arguments], cwd=self.clone, env=environment, check=True, capture_output=True)
        return ran.stdout.decode().strip()

    def run(self, job: str, folder: Path, **environment: str) -> Done:
        """The one script of a job."""
        (step,) = (step for step in WORKFLOW[job]["steps"] if "run" in step)
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return done(command, folder, self.environment | environment)

    def merge(self) -> Done:
        return self.run("merge", self.clone)

    def propose(self, key: str = "abc") -> Done:
        """With the artifact of the other job, where it is downloaded to."""
        (self.folder / "job").mkdir(exist_ok=True)
        if not (self.folder / "job" / "update").exists():
            (self.folder / "temp" / "update").rename(self.folder / "job" / "update")
        written = dict(line.split("=", 1) for line in (self.folder / "output").read_text().splitlines())
        variables = {"VERSION": written["version"], "TITLE": written["title"]}
        return self.run("propose", self.folder / "job", GH_TOKEN=key, **variables)

    def text(self, name: str) -> str:
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    def branches(self) -> list[str]:
        return self.git("--git-dir", str(self.remote), "branch", "--format=%(refname:short)").split()


@pytest.mark.parametrize(("code", "title"), [(0, ""), (1, ", with conflicts")], ids=["merged", "conflicts"])
def test_an_update_is_pushed_to_its_own_branch_and_proposed(code: int, title: str, tmp_path: Path) -> None:
    ground = Ground(tmp_path, code)
    assert ground.merge().code == 0
    main = ground.git("--git-dir", str(ground.remote), "rev-parse", "main")
    proposed = ground.propose()
    assert proposed.code == 0, proposed.err
    assert ground.branches() == ["main", "template-update/v0.2.0"]
    assert ground.git("--git-dir", str(ground.remote), "rev-parse", "main") == main
    pushed = ground.git("--git-dir", str(ground.remote), "show", "template-update/v0.2.0:.template.json")
    assert json.loads(pushed)["template"]["checkout"] == "v0.2.0"
    said = ground.text("gh").splitlines()
    assert said[:2] == ["pr", "create"]
    assert said[said.index("--title") + 1] == f"Update the template to v0.2.0{title}"
    assert said[said.index("--base") + 1] == "main"
    assert (tmp_path / "job" / "proposal" / said[said.index("--body-file") + 1]).read_text() == "- [ ] a conflict"
    assert ground.text("summary") == "- [ ] a conflict"


def test_with_the_newest_version_nothing_is_proposed(tmp_path: Path) -> None:
    ground = Ground(tmp_path, found=False)
    assert ground.merge().code == 0
    assert ground.text("output") == ""
    assert ground.text("summary") == "This repository has the template's newest version.\n"


def test_an_error_of_the_update_is_not_taken_for_conflicts(tmp_path: Path) -> None:
    ground = Ground(tmp_path, 1, found=False)
    assert ground.merge().code == 1
    assert ground.text("summary") == ""


def test_a_pull_request_that_could_not_be_opened_is_opened_by_the_next_run(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.merge()
    for name in ("down", "opened"):
        (tmp_path / name).touch()
    assert ground.propose().code == 1
    assert ground.branches() == ["main", "template-update/v0.2.0"]
    (tmp_path / "down").unlink()
    shutil.rmtree(tmp_path / "job" / "proposal")  # another run
    assert ground.propose().code == 0
    assert ground.text("gh").startswith("pr\ncreate\n")
    assert "--head template-update/v0.2.0 --state all" in ground.text("asked"), "a closed one is not opened again"


def test_an_update_that_is_refused_fails_the_run(tmp_path: Path) -> None:
    ground = Ground(tmp_path, 2)
    assert ground.merge().code == 2
    assert ground.text("output") == ""


def test_without_a_token_it_says_that_nothing_was_proposed(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.merge()
    proposed = ground.propose(key="")
    assert proposed.code == 0
    assert proposed.out.startswith("::warning::not proposed: the environment template-update lacks")
    assert ground.branches() == ["main"]


def test_what_people_did_on_the_branch_is_not_overwritten(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.merge()
    ground.propose()
    (tmp_path / "gh").unlink()
    shutil.rmtree(tmp_path / "job" / "proposal")  # another run
    again = ground.propose()
    assert "template-update/v0.2.0 was proposed before" in again.out
    assert ground.text("gh") == ""
