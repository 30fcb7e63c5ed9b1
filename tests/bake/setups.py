"""Runs `requirements/install` in a folder, like make."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Done = subprocess.CompletedProcess[str]
PR_CAPBSET_DROP = 24
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


def install(folder: Path, *options: str, **settings: str) -> Done:
    """Run it to its end."""
    return _ended(start(folder, *options, **settings))


def install_as_any_user(folder: Path) -> Done:
    """Run it to its end; root may not write everywhere either."""
    return _ended(_start(folder, [], {}, drop_capabilities if os.getuid() == 0 else lambda: None))


def _ended(running: subprocess.Popen[str]) -> Done:
    output, errors = running.communicate(timeout=600)
    return Done(running.args, running.returncode, output, errors)


def start(folder: Path, *options: str, **settings: str) -> subprocess.Popen[str]:
    """Run it in its own process group, like make in a terminal. Jobs in the background would ignore Ctrl-C, and so
    would their children."""
    return _start(folder, options, settings, lambda: None)


def _start(
    folder: Path, options: Sequence[str], settings: Mapping[str, str], before: Callable[[], None]
) -> subprocess.Popen[str]:
    ours = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder.as_uri()}
    defaults = {"HOME": str(folder / "home"), "PYTHON": str(folder / QUICK), "UV": "no-uv"}
    command = ["sh", "requirements/install", *options, "requirements/run.txt"]
    environment = {**ours, **index, **defaults, **settings}

    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        before()

    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
        preexec_fn=prepare,
    )


def drop_capabilities() -> None:
    """Let the next program have none of root's capabilities, so that it can't write where permissions forbid it."""
    kernel = ctypes.CDLL(None, use_errno=True)
    for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
        if kernel.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), f"root can't drop its capability {capability}")


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
