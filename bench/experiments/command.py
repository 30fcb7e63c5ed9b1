"""`python -m experiments` as a process of its own: its time, its CPU time and its memory, as the kernel counts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

WITHIN_SECONDS = 900.0

# A program starts with the peak of memory that its parent had: this one is small, and the bench is not.
MEASURED = """
import json, resource, subprocess, sys
ended = subprocess.run(sys.argv[1:], stdout=sys.stderr)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([ended.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


@dataclass(frozen=True)
class Used:
    """What a command took; `memory_mb` is its peak."""

    seconds: float
    cpu_seconds: float
    memory_mb: float


def run(repository: Path, command: str, definition: Path, log: str, *options: str) -> Used:
    """Run a command on a definition and a log. Raises RuntimeError if it is refused or fails."""
    what = [command, definition.stem, "--folder", str(definition.parent), "--log", log, *options]
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-c", MEASURED, sys.executable, "-m", "experiments", *what],
        env={**os.environ, "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
        check=True,
    )
    seconds = time.perf_counter() - began
    exit_code, cpu_seconds, memory_mb = json.loads(ended.stdout)
    if exit_code:
        raise RuntimeError(ended.stderr)
    return Used(seconds, cpu_seconds, memory_mb)
