"""The versions of the template, from a clone of it: what each asks, what its changelog says, and what it makes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from update.errors import Refused, UnknownVersion
from update.git import Git


class Versions(Protocol):
    """What an update asks of the template."""

    def commit_of(self, version: str) -> str:
        """The commit of a tag, branch or commit; empty if the template does not have it."""

    def text_of(self, commit: str, path: str) -> str:
        """A file of the template; empty if this commit does not have it."""

    def baked(self, commit: str, answers: Mapping[str, object]) -> AbstractContextManager[Path]:
        """A repository whose commit holds what this version makes of the answers, until the context ends."""


class Clone:
    """The versions in a git repository that holds the template's whole history."""

    def __init__(self, folder: Path) -> None:
        self._git = Git(folder)

    def commit_of(self, version: str) -> str:
        # A clone has the branches of its origin only as origin/NAME.
        return self._git.commit_of(version) or self._git.commit_of(f"origin/{version}")

    def text_of(self, commit: str, path: str) -> str:
        return self._git.text_of(commit, path)

    @contextmanager
    def baked(self, commit: str, answers: Mapping[str, object]) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="template-") as name:
            folder = Path(name)
            self._git.run(
                "clone", "--quiet", "--shared", "--no-checkout", str(self._git.folder), str(folder / "template")
            )
            Git(folder / "template").run("checkout", "--quiet", "--detach", commit)
            yield bake(folder / "template", answers, folder)


def bake(template: Path, answers: Mapping[str, object], folder: Path) -> Path:
    """Bake a folder of the template, and write nowhere else. Returns the new repository. Raises Refused."""
    settings = {"default_context": answers, "cookiecutters_dir": str(folder / "c"), "replay_dir": str(folder / "r")}
    (folder / "config.yaml").write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input"]
    done = subprocess.run(
        [*command, "--config-file", str(folder / "config.yaml"), "--output-dir", str(folder / "made")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    made = [path for path in (folder / "made").glob("*") if Git(path).commit_of("HEAD")]
    if done.returncode or not made:
        raise Refused(f"this version of the template could not be baked with the saved answers:\n{done.stdout.strip()}")
    return made[0]


def settings(versions: Versions, commit: str) -> dict[str, Any]:
    """cookiecutter.json of a version. Raises UnknownVersion."""
    try:
        found: dict[str, Any] = json.loads(versions.text_of(commit, "cookiecutter.json"))
    except ValueError as error:
        raise UnknownVersion(f"the template's commit {commit[:12]} has no valid cookiecutter.json: {error}") from error
    return found
