"""Runs `requirements/install` in a folder, like make."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

Done = subprocess.CompletedProcess[str]
# Root can write everywhere, except without its capabilities.
AS_ANY_USER = ("setpriv", "--bounding-set=-all") if os.getuid() == 0 else ()
QUICK = "quick-python"
QUICK_PYTHON = """#!/bin/sh
# To make a venv takes seconds, most of them for its pip: this one is copied.
case "$1 $2" in "-m venv") for last; do :; done; exec cp -RP "{venv}" "$last" ;; esac
exec "{python}" "$@"
"""
PARTS = "import sys\nsys.exit({check!r} if '--check' in sys.argv else {bring!r})\n"
UV = """#!/bin/sh
case "$1" in --version) echo "uv 1.0"; exit ;; esac
echo "$*" >> uv.txt
env | grep ^UV_ >> uv.txt
case "$1" in venv) exec "$4" -m venv --without-pip .venv ;; *) {pip} ;; esac
"""


def install(folder: Path, *options: str, before: Sequence[str] = (), **settings: str) -> Done:
    """Run it to its end."""
    running = start(folder, *options, before=before, **settings)
    output, errors = running.communicate(timeout=120)
    return Done(running.args, running.returncode, output, errors)


def start(folder: Path, *options: str, before: Sequence[str] = (), **settings: str) -> subprocess.Popen[str]:
    """Run it in its own process group, like make in a terminal. Jobs in the background would ignore Ctrl-C, and so
    would their children."""
    ours = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder.as_uri()}
    defaults = {"HOME": str(folder / "home"), "PYTHON": str(folder / QUICK), "UV": "no-uv"}
    command = [*before, "sh", "requirements/install", *options, "requirements/run.txt"]
    environment = ours | index | defaults | settings
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def has_tiny(folder: Path) -> bool:
    """Whether the requirement is installed."""
    return any((folder / ".venv").glob("lib/python*/site-packages/tiny.py"))


def program(path: Path, text: str) -> Path:
    """Create a program from this script."""
    path.write_text(text)
    path.chmod(0o755)
    return path


def parts(folder: Path, check: int | str = 0, bring: int | str = 0) -> None:
    """Create a `rollout.rehearsal.parts` that ends like this."""
    (folder / "rollout" / "rehearsal").mkdir(parents=True)
    (folder / "rollout" / "rehearsal" / "parts.py").write_text(PARTS.format(check=check, bring=bring))
