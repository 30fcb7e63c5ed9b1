"""A fake program with scripted answers, and our scripts run with it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.repository import REPOSITORY
from tests.workflows import policy

PROGRAM = """\
#!/usr/bin/env bash
said=$0.said
whole=${*//\\//,}
answer=$said/$1
[[ ! -e $said/$whole ]] || answer=$said/$whole
code=$(<"$answer.code")
if ((code > 1)); then cat "$answer" >&2; else cat "$answer"; fi
exit "$code"
"""


class Program:
    """`answers`: a call's first argument, or the whole call with commas in place of slashes -> its output and exit
    code. Errors are printed to standard error."""

    def __init__(self, path: Path, answers: Mapping[str, tuple[str, int]]) -> None:
        self.path = path
        self._said = path.with_name(f"{path.name}.said")
        self._said.mkdir(parents=True)
        path.write_text(PROGRAM)
        path.chmod(0o755)
        for call, (text, code) in answers.items():
            (self._said / call).write_text(text)
            (self._said / f"{call}.code").write_text(str(code))


@dataclass(frozen=True)
class Done:
    """The result of a script."""

    code: int
    out: str
    err: str


def script(name: str, *arguments: str, folder: Path, **environment: str) -> Done:
    """Run one of .github's scripts in a folder."""
    path = str(REPOSITORY / ".github" / "scripts" / name)
    return done([path, *arguments], folder, os.environ | environment)


class Job:
    """The one script of a workflow's job, which calls `gh`, and the fake GitHub that answers it."""

    def __init__(self, folder: Path, workflow: str, job: str, **state: Any) -> None:
        self._folder, self._state = folder, folder / "state.json"
        (self._step,) = (step for step in policy.load(REPOSITORY)[workflow]["jobs"][job]["steps"] if "run" in step)
        self._state.write_text(json.dumps({"calls": [], "bodies": {}, "values": {}} | state))
        (folder / "bin").mkdir()
        (folder / "bin" / "gh").write_text(f"#!/bin/sh\n{gh(self._state)}\n")
        (folder / "bin" / "gh").chmod(0o755)

    def run(self, **environment: str) -> Done:
        """Run it like GitHub. The variables of the step that are no expressions are set."""
        literal = {name: text for name, text in self._step.get("env", {}).items() if "${{" not in text}
        github = {
            "PATH": f"{self._folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "my-org/my-agent",
            "GITHUB_RUN_ID": "5",
            "GITHUB_REF_NAME": "v1.2.3",
            "GITHUB_OUTPUT": str(self._folder / "output"),
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self._step["run"]]
        return done(command, self._folder, github | literal | environment)

    @property
    def github(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self._state.read_text())
        return state


def gh(state: Path) -> str:
    """The line of a script that is `gh`, of the GitHub in this file."""
    return f'exec "{sys.executable}" -I "{Path(__file__).parent / "github.py"}" "{state}" "$@"'


def done(command: list[str], folder: Path, environment: Mapping[str, str]) -> Done:
    found = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    return Done(found.returncode, found.stdout, found.stderr)
