"""A checkout that a release could be built from, and GitHub's variables of a run on it."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from rollout.pipeline.command import main
from tests.rollout.policies import SMALL

Variables = Mapping[str, str | None]
COMMITIZEN = '[tool.commitizen]\nversion = "9.9.9"\n\n'


class Checkout:
    """A repository at version 1.2.3, and what GitHub says of a run on it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._monkeypatch = folder, monkeypatch
        self.write("pyproject.toml", f'{COMMITIZEN}[project]\nversion = "1.2.3"\n')
        self.write("rollout.yaml", SMALL)
        self.write(".template.json", '{"cookiecutter": {"registry": "ghcr.io"}}')
        self.git("init", "--quiet")
        self.git("commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message", "all")
        monkeypatch.chdir(folder)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=self.folder, check=True)

    def facts(self, *options: str, ref: str = "refs/tags/v1.2.3", changed: Variables = MappingProxyType({})) -> int:
        """The exit code. `changed` are GitHub's variables without GITHUB_, None for one that is missing."""
        github = {"REF": ref, "REPOSITORY": "My-Org/My-Agent", "SHA": "abc", "SERVER_URL": "https://x"}
        given: dict[str, str | None] = {**github, "OUTPUT": str(self.folder / "output"), **changed}
        for name, value in given.items():
            if value is None:
                self._monkeypatch.delenv(f"GITHUB_{name}", raising=False)
            else:
                self._monkeypatch.setenv(f"GITHUB_{name}", value)
        return main(["facts", *options])

    @property
    def output(self) -> str:
        path = self.folder / "output"
        return path.read_text() if path.exists() else ""
