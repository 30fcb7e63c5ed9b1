"""(4): a bake with the users' command, alternating with a bake of the same tree without hooks."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figure import Figure, quantile
from tests.source import copy_template

TIMES = 9


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole, hookless = copy_template(folder / "whole"), copy_template(folder / "hookless", hooks=False)
        pairs = [(bake(whole, folder / f"a{turn}"), bake(hookless, folder / f"b{turn}")) for turn in range(TIMES)]
    return [
        Figure(f"bake with hooks, median of {TIMES}", quantile([first for first, _ in pairs], 0.5), "s", 2),
        Figure("bake with hooks / without, median of pairs", quantile([a / b for a, b in pairs], 0.5), "ratio", 3),
    ]


def bake(template: Path, to: Path) -> float:
    """Seconds for one bake."""
    command = [sys.executable, "-m", "cookiecutter", str(template), "--no-input", "--output-dir", str(to)]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
