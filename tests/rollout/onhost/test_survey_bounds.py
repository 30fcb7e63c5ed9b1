"""A survey of a host with the longest possible journals needs little memory and time."""

import subprocess
import sys
from pathlib import Path

from tests.repository import REPOSITORY
from tests.rollout.journal.day import kept_for_a_day, write

JOURNALS = 25
BYTES_MORE = 24 * 1024**2
SECONDS = 10.0
"""On a busy machine; otherwise less than 1 s."""

SURVEY = f"""
import resource, sys, time
from pathlib import Path
from rollout.journal.state import State
from rollout.onhost import records
from rollout.onhost.survey import survey

class Router:
    def current(self):
        return {{"stable": "green"}}

used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + {BYTES_MORE}, -1))
began = time.monotonic()
state = State(Path(sys.argv[1]))
print(len(survey(state, Router()).history))
records.status(state, every=False)
print(time.monotonic() - began)
"""


def test_25_rollouts_with_a_day_of_keep_are_surveyed_within_24_mib(tmp_path: Path) -> None:
    first = write(tmp_path / "journals" / "r00.jsonl", kept_for_a_day(1_764_000_000.0))
    assert first.stat().st_size > 1_500_000
    for number in range(1, JOURNALS):
        (tmp_path / "journals" / f"r{number:02}.jsonl").write_bytes(first.read_bytes())
    command = [sys.executable, "-c", SURVEY, str(tmp_path)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    history, status, seconds = done.stdout.splitlines()
    assert int(history) == JOURNALS
    assert "Promoted after " in status
    assert float(seconds) < SECONDS
