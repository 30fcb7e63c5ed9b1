"""The service as a separate process, on a free port."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.asking import ask, get
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 120.0


@dataclass
class Service:
    """A `python -m agent`, started in an empty folder."""

    process: subprocess.Popen[bytes]
    log: Path

    def url(self) -> str:
        """Its URL, once it has printed it."""
        listening = re.compile(r"running on (http://[^ ]+)")
        wait_until(lambda: bool(listening.search(self.output())) or self.process.poll() is not None)
        match = listening.search(self.output())
        assert match is not None, self.output()
        return match[1]

    def post(self, task: str) -> tuple[int, dict[str, Any]]:
        """Run a task; returns status and body."""
        return post(self.url(), task)

    def get(self, path: str) -> str:
        """The body of a page."""
        return get(self.url() + path)

    def exit_code(self) -> int:
        """Wait for its end; returns its exit code."""
        return self.process.wait(WAIT_SECONDS)

    def output(self) -> str:
        """Its output so far."""
        return self.log.read_text()

    def stop(self) -> None:
        """Stop it, in any state."""
        self.process.kill()
        self.process.wait(WAIT_SECONDS)


def start_service(folder: Path, env: Mapping[str, str]) -> Service:
    """Start the service with this environment; its output goes to a file in the folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_")}
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".log", delete=False) as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "agent"],
            cwd=folder,  # not the repository: its agent.env would be read
            env={**kept, "AGENT_PORT": "0", "PYTHONPATH": str(ROOT), **env},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return Service(process, Path(output.name))


def post(url: str, task: str) -> tuple[int, dict[str, Any]]:
    """Run a task on the service at this URL; returns status and body. Raises OSError if there is no answer."""
    answer = ask(url, task)
    return answer.status, answer.body()
