"""Checks whether the service would start with these faults, before the rehearsal starts or measures anything."""

import os
import subprocess
import sys
from pathlib import Path

from rollout.errors import Refused
from rollout.rehearsal.faults import offline_model

EXIT_REFUSED = 2
WITHIN_SECONDS = 30.0


def check(repository: Path, faults: str) -> None:
    """Raises Refused with the service's message: the wrong fault, and the list of all faults.

    A service without `--check` starts serving instead: it is stopped, and its faults are checked when it is the canary.
    """
    model = offline_model(faults, speed=1.0)
    path = os.pathsep.join(filter(None, [str(repository), os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"AGENT_MODEL": model, "AGENT_PORT": "0", "PYTHONPATH": path}
    command = (sys.executable, "-m", "agent", "--check")
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, errors="replace", timeout=WITHIN_SECONDS
        )
    except subprocess.TimeoutExpired:
        return
    if done.returncode == EXIT_REFUSED:
        said = done.stderr.strip()
        raise Refused(said.replace(f"agent: AGENT_MODEL={model}", f"--fault {faults}", 1))
