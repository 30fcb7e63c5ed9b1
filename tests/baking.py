"""Bakes as a user bakes: the cookiecutter command, with a separate home folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.source import default_answers


@dataclass(frozen=True)
class Bake:
    """One run of cookiecutter: its exit code, its output, and the folder to create."""

    code: int
    output: str
    folder: Path

    def git(self, *arguments: str) -> str:
        """Run git in the new repository."""
        done = subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()


@dataclass(frozen=True)
class Baker:
    """Bakes one template (a folder, a zip or a URL) for a user with this home folder and no configuration."""

    template: Path | str
    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()

    def configure_git(self, *settings: str) -> None:
        """Add settings, each written as name=value, to this user's git."""
        for setting in settings:
            command = ["git", "config", "--file", str(self.home / ".gitconfig"), *setting.split("=", 1)]
            subprocess.run(command, check=True)

    def run(self, to: Path, *arguments: str, name: str = "my-agent", typed: str = "") -> Bake:
        """Run cookiecutter with these arguments, and `typed` on its standard input."""
        command = [sys.executable, "-m", "cookiecutter", str(self.template), "--output-dir", str(to), *arguments]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "GIT_CONFIG_NOSYSTEM": "1"}
        environment |= {"PYTHONUTF8": "1"} | self.environment
        done = subprocess.run(
            command,
            env={name: value for name, value in environment.items() if name not in self.without},
            cwd=self.home,
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=600,
        )
        return Bake(done.returncode, done.stdout, to / name)

    def ask_nothing(self, to: Path, **answers: str) -> Bake:
        """Bake with --no-input and these answers on the command line."""
        arguments = [f"{name}={answer}" for name, answer in answers.items()]
        return self.run(to, "--no-input", *arguments, name=answers.get("project", "my-agent"))

    def exactly(self, to: Path, **answers: str) -> Bake:
        """Bake answers from a file, which can hold values that a command line cannot."""
        saved = self.home / "answers.json"
        saved.write_text(json.dumps({"cookiecutter": default_answers() | answers}))
        return self.run(to, "--replay-file", str(saved))
