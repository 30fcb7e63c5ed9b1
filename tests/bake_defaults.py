"""`python -m tests.bake_defaults FOLDER`: bakes the default answers again.

Its .venv, its reports and unchanged files stay, so that make sees only real changes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.source import copy_template, default_answers, files_below

STAYS = {".venv", ".rollout"}


def bake_defaults(folder: Path) -> None:
    """Bake next to `folder` and then replace it, so that a failed bake leaves the old one unchanged."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        template = copy_template(Path(temporary) / "template")
        command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input", "--default-config"]
        done = subprocess.run([*command, "--output-dir", temporary], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(done.stdout)
        with alone_in(folder.parent):
            replace(folder, Path(temporary) / default_answers()["project"])


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait for another `make` that replaces files in this folder."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def replace(old: Path, new: Path) -> None:
    """Make `old` equal to `new`, except for the files that stay."""
    old.mkdir(exist_ok=True)
    shutil.rmtree(old / ".git", ignore_errors=True)
    (new / ".git").rename(old / ".git")
    wanted = set(files_below(new))
    for name in files_below(old):
        if name not in wanted and Path(name).parts[0] not in STAYS:
            (old / name).unlink()
    for name in wanted:
        if not (old / name).exists() or (old / name).read_bytes() != (new / name).read_bytes():
            (old / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).replace(old / name)


if __name__ == "__main__":
    bake_defaults(Path(sys.argv[1]))
