"""A fake program with scripted answers, and our scripts run with it."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.repository import REPOSITORY

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
    done = subprocess.run(
        [path, *arguments], cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=60
    )
    return Done(done.returncode, done.stdout, done.stderr)
