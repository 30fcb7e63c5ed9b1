"""From a fresh clone to a verdict: `make demo` with an empty home folder, without a pip cache and without uv."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections import deque
from pathlib import Path

from bench.figure import Figure
from tests.source import TEMPLATE

LIVE, VERDICT = "  step 1 of 3: ", "  ended: "


def measure() -> list[Figure]:
    """Measure the committed state. Programs on PATH are not downloaded."""
    with tempfile.TemporaryDirectory() as name:
        clone, home = Path(name) / "clone", Path(name) / "home"
        home.mkdir()
        began = time.perf_counter()
        subprocess.run(["git", "clone", "--quiet", str(TEMPLATE), str(clone)], check=True)
        seen = demo(clone, home, began)
    return [
        Figure("fresh clone to the live view's first step", seen[LIVE][0], "s", 40),
        Figure("fresh clone to the second verdict", seen[VERDICT][1], "s", 120),
    ]


def demo(clone: Path, home: Path, began: float) -> dict[str, list[float]]:
    """Seconds from `began` to each line that contains one of the two texts."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "VIRTUAL_ENV", "PYTHON"))}
    empty = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "PIP_NO_CACHE_DIR": "1"}
    # Without a terminal, the live view prints plain lines.
    running = subprocess.Popen(
        ["make", "demo", "UV=no-uv"], cwd=clone, env=ours | empty, stdout=subprocess.PIPE, text=True
    )
    seen: dict[str, list[float]] = {LIVE: [], VERDICT: []}
    last: deque[str] = deque(maxlen=8)
    with running:
        for line in running.stdout or ():
            last.append(line)
            for text, times in seen.items():
                if text in line:
                    times.append(time.perf_counter() - began)
    if running.returncode or len(seen[VERDICT]) != 2:
        raise SystemExit(f"make demo in a fresh clone ended with {running.returncode}:\n{''.join(last)}")
    return seen
