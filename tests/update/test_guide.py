"""The guide to an update, followed: a repository of the first tag, with an edit, gets the newest one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.baking import Baker
from tests.source import PROJECT, TEMPLATE
from tests.update.template import FIXED, git, with_two_releases
from update.git import BY_TEMPLATE
from update.merge import KINDS

GUIDE = (TEMPLATE / PROJECT / "docs/guides/update-template.md").read_text(encoding="utf-8")
COMMANDS = "".join(re.findall(r"^```sh\n(.+?)^```$", GUIDE, re.DOTALL | re.MULTILINE))


@pytest.fixture
def released(history: Path, tmp_path: Path) -> Path:
    return with_two_releases(history, tmp_path / "template")


def test_the_guide_brings_the_newest_release_to_a_repository_with_edits(released: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    baker = Baker(f"git+file://{released}", tmp_path / "home")
    folder = baker.run(tmp_path, "--no-input", "--checkout", "v0.1.0").folder
    (folder / "agent/mine.py").write_text("MINE = 1\n")
    shutil.rmtree(folder / "docs/runbooks")
    repository = git(folder)
    repository.run("add", "--all")
    repository.run("commit", "--quiet", "--message", "mine")
    outside = {name: text for name, text in os.environ.items() if not name.startswith(("MAKE", "GIT_"))}
    outside |= BY_TEMPLATE | {"HOME": str(tmp_path / "home"), "GIT_PAGER": "cat"}
    command = ["bash", "-euo", "pipefail", "-c", COMMANDS]
    done = subprocess.run(command, cwd=folder, env=outside, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert FIXED[1] in (folder / "rollout/text.py").read_text()
    assert (folder / "agent/mine.py").exists()
    assert not (folder / "docs/runbooks").exists()
    assert repository.run("status", "--porcelain") == ""
    assert repository.run("branch", "--show-current") == "template-update"
    assert repository.run("log", "-1", "--format=%s") == "Update the template from 0.1.0 to 0.2.0"


def test_the_guide_explains_the_common_conflicts() -> None:
    explained = {row.replace(", or added the file", "") for row in re.findall(r"^\| (you .+?) \|", GUIDE, re.MULTILINE)}
    assert explained == {kind for kind in KINDS.values() if kind.startswith("you ")} - {"you and the template added it"}


def test_the_guide_is_one_page() -> None:
    assert len(GUIDE.splitlines()) <= 100
