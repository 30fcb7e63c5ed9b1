"""The repository under test as a remote: with fewer tests and a quicker policy. And clones of it."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.host.policy import quick
from tests.image.context import LITTER, git
from tests.repository import REPOSITORY
from tests.workflows.executed.known import make_known

FEW_TESTS = (
    "__init__.py",
    "asking.py",
    "waiting.py",
    "agent/conftest.py",
    "agent/postgres_server.py",
    "agent/storages.py",
    "agent/service.py",
    "agent/api/test_routes.py",
    "evals/test_requirements.py",
)
TEST_OF_IMAGES = '''\
"""The image that this change would make."""

import subprocess

import pytest


@pytest.mark.docker
def test_the_service_runs_as_nobody() -> None:
    command = ["docker", "image", "inspect", "--format", "{{.Config.User}}", "candidate:ci"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "10001:10001\\n"
'''


class Origin:
    """A bare repository with a branch main."""

    def __init__(self, folder: Path, registry: str, change: Callable[[Path], None] = lambda _: None) -> None:
        """`change` changes the working tree before its first commit."""
        self.path = folder / "origin.git"
        self._folder, self._work = folder, folder / "main"
        copy_of_this(self._work, registry)
        change(self._work)
        git(self._work, "init", "--quiet", "--initial-branch=main")
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.path))
        git(self.path, "config", "uploadpack.allowAnySHA1InWant", "true")  # as on GitHub
        git(self._work, "remote", "add", "origin", f"file://{self.path}")
        self._commit("The first", "main")

    def tag(
        self, version: str, changes: Mapping[str, tuple[str, str]] | None = None, *, tag: str = "", branch: str = "main"
    ) -> Path:
        """A clone at a new tag, with these changes on a branch. The next version is without them.

        `changes`: file -> the text in it to replace, and the replacement.
        """
        git(self._work, "checkout", "--quiet", "-B", branch)
        self._change({"pyproject.toml": (r'(?m)^version = ".*"$', f'version = "{version}"'), **(changes or {})})
        self._commit(f"Version {version}", branch)
        git(self._work, "tag", tag or f"v{version}")
        git(self._work, "push", "--quiet", "origin", "--tags")
        if changes:
            git(self._work, "checkout", "--quiet", "HEAD~1", "--", *changes)
        git(self._work, "checkout", "--quiet", "main")
        return self._clone(tag or f"v{version}")

    def pull_request(self, name: str, changes: Mapping[str, tuple[str, str]]) -> Path:
        """A clone at a branch with these changes to main."""
        git(self._work, "checkout", "--quiet", "-b", name)
        self._change(changes)
        self._commit(name, name)
        git(self._work, "checkout", "--quiet", "main")
        return self._clone(name)

    def _change(self, changes: Mapping[str, tuple[str, str]]) -> None:
        for name, (old, new) in changes.items():
            path = self._work / name
            text, count = re.subn(old, new, path.read_text(encoding="utf-8"))
            assert count == 1, f"{name} has no single {old}"
            path.write_text(text, encoding="utf-8")

    def _commit(self, message: str, branch: str) -> None:
        git(self._work, "add", "--all")
        who = ("-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
        git(self._work, *who, "commit", "--quiet", "--message", message)
        git(self._work, "push", "--quiet", "origin", branch)

    def _clone(self, name: str) -> Path:
        """A clone for act, which reads the workflows and the commit from it; the jobs check out the code themselves."""
        clone = self._folder / "clones" / name
        subprocess.run(
            ["git", "clone", "--quiet", "--branch", name, f"file://{self.path}", str(clone)],
            check=True,
            capture_output=True,
        )
        return clone


def copy_of_this(to: Path, registry: str) -> None:
    """The working tree, with the differences for tests listed below."""
    shutil.copytree(REPOSITORY, to, ignore=LITTER)
    make_known(to)
    shutil.rmtree(to / "tests")
    for name in FEW_TESTS:  # `make test` runs the others, which take half an hour
        (to / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / "tests" / name, to / "tests" / name)
    (to / "tests" / "test_images.py").write_text(TEST_OF_IMAGES)
    policy = quick(to)  # a rollout of half a minute
    policy.write_text(re.sub(r"(?m)^target: .*$", 'target: "docker"', policy.read_text()))  # quotes must not matter
    (to / ".template.json").write_text(json.dumps({"cookiecutter": {"registry": registry}}))
    (to / "agent.env").write_text("AGENT_MODEL=offline\nAGENT_AUTH=off\n")
