"""A rehearsal as a user starts it: the command in its own process, with its own state folder."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.processes import children, command_line, environment
from tests.repository import REPOSITORY
from tests.rollout.lines import Event, read
from tests.waiting import wait_until


class Running:
    """A running `rollout rehearse`. `folder` contains its state, its output and its temporary files."""

    def __init__(self, folder: Path, *options: str, state: Path | None = None) -> None:
        self.folder, self.state = folder, state or folder / "state"
        folder.mkdir()
        self.temporary = Path(tempfile.mkdtemp())  # short, because a socket's path has at most 97 characters
        self.output = folder / "output"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "rollout", "rehearse", "--state", str(self.state), *options],
                cwd=REPOSITORY,
                env={**os.environ, "TMPDIR": str(self.temporary)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def end(self, within_seconds: float = 900) -> int:
        """Its exit code."""
        return self.process.wait(within_seconds)

    def text(self) -> str:
        return self.output.read_text()

    def events(self) -> list[Event]:
        journals = sorted((self.state / "journals").glob("*.jsonl"))
        return read(journals[-1]) if journals else []

    def until(self, seen: Callable[[list[Event]], bool], within_seconds: float = 300) -> None:
        """Wait until its journal contains this."""

        def done() -> bool:
            assert self.process.poll() is None, self.text()
            return seen(self.events())

        wait_until(done, within_seconds, self.text)

    def report(self) -> Mapping[str, Any]:
        """The output of `rollout report --json`."""
        answer = rollout(self.state, "report", "--json")
        assert answer.returncode == 0, answer.stderr
        found: dict[str, Any] = json.loads(answer.stdout)
        return found

    def stage(self) -> Path:
        """Its temporary folder."""
        return next(self.temporary.glob("rehearsal-*"))

    def child(self, word: str) -> int:
        """The pid of the part with this word in its command line or environment."""
        return next(pid for pid in children(self.process.pid) if word in command_line(pid) + environment(pid))

    def kill_9(self, word: str) -> None:
        """Kill the part with this word in its command line, also if that is only the client of its container."""
        pid = self.child(word)
        if container := re.search(r"--name=(\S+)", command_line(pid)):
            subprocess.run(["docker", "kill", container[1]], check=True, capture_output=True)
        else:
            os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """Clean up after a failed test."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        shutil.rmtree(self.temporary)


def rollout(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run another command on the same state."""
    command = [sys.executable, "-m", "rollout", arguments[0], "--state", str(state), *arguments[1:]]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)


def copy_repository(folder: Path, policy: str) -> Path:
    """Copy the files of the repository that a rehearsal reads, with another policy. Returns the policy's path."""
    for name in ("monitoring", "evals"):
        shutil.copytree(REPOSITORY / name, folder / name)
    (folder / "agent").symlink_to(REPOSITORY / "agent")
    (folder / "rollout.yaml").write_text(policy)
    return folder / "rollout.yaml"


def shifted_to(weight: float) -> Callable[[list[Event]], bool]:
    """Whether the canary's share has reached this weight."""
    return lambda events: any(event["event"] == "shifted" and event["weight"] == weight for event in events)
