"""The speed of the host tests on this machine: measured once, as a rehearsal does."""

import asyncio
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

from rollout.rehearsal import capacity
from rollout.rehearsal.load import tasks_of
from rollout.rehearsal.pace import Pace, whole
from rollout.rehearsal.process import Process, free_port, listening
from tests.repository import REPOSITORY
from tests.waiting import wait_until

FASTEST = Pace(30, 20)
AT_EASE = 200.0
"""A machine whose stable release answers this many requests a second sustains the fastest pace; a slower machine gets
a proportionally slower pace."""

SLOWEST = 4.0


@cache
def pace() -> Pace:
    """Requests a second for a host, and its speed."""
    share = min(1.0, answers_per_second() / AT_EASE)
    return Pace(max(5.0, whole(FASTEST.requests_per_second * share)), max(SLOWEST, whole(FASTEST.speed * share)))


def patience() -> float:
    """The factor for all timeouts on this machine."""
    return FASTEST.speed / pace().speed


def answers_per_second() -> float:
    """The requests a second that one release of this repository answers here, under the machine's current load."""
    port = free_port()
    environment = {"AGENT_RELEASE": "measured", "AGENT_PORT": str(port), "PYTHONPATH": str(REPOSITORY)}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        release = Process("measured", (sys.executable, "-m", "agent"), log, {**os.environ, **environment})

        def answers() -> bool:
            release.check()
            return listening(port)

        try:
            wait_until(answers, 60, release.last_lines)
            url = f"http://127.0.0.1:{port}"
            return asyncio.run(capacity.requests_per_second(url, tasks_of(REPOSITORY), 5.0))
        finally:
            release.stop()
