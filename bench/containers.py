"""The rollback figures on containers: `rollout start` of bad releases on a real host."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from bench.figure import Figure
from bench.rollbacks import LIMIT_SECONDS

ROLLBACKS = 8
WITHIN_SECONDS = 900


def measure(repository: Path) -> list[Figure]:
    command = [".venv/bin/python", "-m", "tests.host.rollbacks", str(ROLLBACKS)]
    done = subprocess.run(command, cwd=repository, stdout=subprocess.PIPE, text=True, timeout=WITHIN_SECONDS)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed: {done.stdout}")
    found = json.loads(done.stdout.splitlines()[-1])
    waits: list[float] = found["waits_seconds"]
    return [
        Figure("containers: rollbacks under load", len(waits), "count"),
        Figure("containers: load", found["requests_per_second"], "requests/s"),
        Figure("containers: verdict to last canary request, max", max(waits), "s", LIMIT_SECONDS),
        Figure("containers: requests sent", found["sent"], "count"),
        Figure("containers: requests lost", found["lost"], "count", 0),
    ]
