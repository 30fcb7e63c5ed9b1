"""The service as a process of its own, on a port of the kernel's choice."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 30.0


@dataclass
class Service:
    """A `python -m agent` that was started in an empty folder."""

    process: subprocess.Popen[bytes]
    log: Path

    def url(self) -> str:
        """Where it listens, once it says so."""
        listening = re.compile(r"running on (http://[^ ]+)")
        wait_until(lambda: bool(listening.search(self.output())) or self.process.poll() is not None)
        match = listening.search(self.output())
        assert match is not None, self.output()
        return match[1]

    def post(self, task: str) -> tuple[int, dict[str, Any]]:
        """Run a task: the status and the body."""
        return post(self.url(), task)

    def get(self, path: str) -> str:
        """The body of a page."""
        return get(self.url() + path)

    def exit_code(self) -> int:
        """The exit code, once it has one."""
        return self.process.wait(WAIT_SECONDS)

    def output(self) -> str:
        """All it wrote so far."""
        return self.log.read_text()

    def stop(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait(WAIT_SECONDS)


def start_service(folder: Path, env: Mapping[str, str]) -> Service:
    """Start the service with this environment; what it writes goes to a file in the folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_")}
    log = folder / "agent.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "agent"],
            cwd=folder,  # not the repository, whose agent.env would count
            env={**kept, "AGENT_PORT": "0", "PYTHONPATH": str(ROOT), **env},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return Service(process, log)


def post(url: str, task: str) -> tuple[int, dict[str, Any]]:
    """Run a task on the service at this URL: the status and the body.

    Raises:
        OSError: there is no answer.
    """
    request = urllib.request.Request(  # noqa: S310  the URL is our own
        f"{url}/agent/run",
        json.dumps({"task": task}).encode(),
        {"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as response:  # noqa: S310
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def get(url: str) -> str:
    """The body of a page."""
    with urllib.request.urlopen(url, timeout=WAIT_SECONDS) as response:  # noqa: S310  the URL is our own
        return str(response.read(), "utf-8")


def wait_until(condition: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
    """Wait for a condition, up to a deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(0.01)
