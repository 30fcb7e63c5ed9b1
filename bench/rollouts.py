"""`python -m bench.rollouts SPEC COUNT`: runs the engine COUNT times in one process, each time for a new rollout."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

from rollout.engine.spec import Spec
from rollout.onhost import engine_process
from rollout.policy import file as policy_file
from rollout.policy.plan import plan

if __name__ == "__main__":
    spec = Spec.parse(Path(sys.argv[1]).read_text(encoding="utf-8"))
    window_seconds = plan(policy_file.parse(spec.policy, "rollout.yaml"), spec.speed).window_seconds
    for number in range(int(sys.argv[2])):
        verdict = engine_process.run(replace(spec, rollout=f"{spec.rollout}-{number:03}"))
        if verdict != "rolled_back":
            sys.exit(f"rollout {number} ended {verdict}")
        time.sleep(window_seconds)  # so that the next rollout's gates see only its own errors
