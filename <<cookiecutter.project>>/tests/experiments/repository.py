"""A repository with a committed definition, and its commands."""

import json
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.experiments.log import SCHEMA
from experiments.command import main
from tests.experiments.samples import CHEAPER

GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


@dataclass(frozen=True)
class Repository:
    """A folder under git, with the log beside it."""

    folder: Path
    out: pytest.CaptureFixture[str]

    @property
    def log(self) -> Path:
        return self.folder / "experiments.db"

    def commit(self, text: str = CHEAPER, name: str = "cheaper") -> None:
        """Write a definition, and commit it."""
        self.write(text, name)
        for command in (("add", "experiments"), ("commit", "-q", "-m", "an experiment")):
            subprocess.run([*GIT, *command], cwd=self.folder, check=True)

    def write(self, text: str, name: str = "cheaper") -> None:
        """Write a definition, and do not commit it."""
        (self.folder / "experiments" / f"{name}.yaml").write_text(text)

    def run(self, command: str, *options: str, name: str = "cheaper") -> tuple[int, dict[str, Any], str]:
        """The exit code of a command, its JSON, and the text of that."""
        code, found, _ = self._run(command, name, *options, "--json")
        return code, json.loads(found), found

    def say(self, command: str, *options: str, name: str = "cheaper") -> tuple[int, str]:
        """The exit code of a command, and its text."""
        code, said, complaint = self._run(command, name, *options)
        return code, said + complaint

    def _run(self, command: str, name: str, *options: str) -> tuple[int, str, str]:
        log = () if command == "plan" else ("--log", str(self.log))
        code = main([command, name, "--folder", str(self.folder / "experiments"), *log, *options])
        found = self.out.readouterr()
        return code, found.out, found.err


def created(folder: Path, out: pytest.CaptureFixture[str]) -> Repository:
    """A new repository, with the definition committed."""
    (folder / "experiments").mkdir(parents=True)
    subprocess.run([*GIT, "init", "-q"], cwd=folder, check=True)
    repository = Repository(folder, out)
    with closing(sqlite3.connect(repository.log)) as database:  # as the service does
        database.executescript(SCHEMA)
    repository.commit()
    return repository


def code(found: dict[str, dict[str, str]]) -> str:
    """The code of a refusal."""
    return found["refused"]["code"]


def change(repository: Repository, update: str) -> None:
    """Change what the service wrote."""
    with closing(sqlite3.connect(repository.log)) as database, database:
        database.execute(update)
