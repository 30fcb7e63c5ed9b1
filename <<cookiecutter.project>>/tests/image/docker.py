"""Runs the docker command, and wraps one container."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from tests.waiting import wait_until

DOCKER = os.environ.get("DOCKER", "docker")

# The restrictions from the host's compose file, and nothing that makes them easier.
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", "64")


def docker(*arguments: str, errors_to: int = subprocess.PIPE) -> str:
    """The command's output."""
    command = [DOCKER, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=errors_to, text=True, timeout=120)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr or ''}"
    return done.stdout.strip()


def trouble() -> str | None:
    """Why no Docker engine can be used, or None."""
    try:
        done = subprocess.run([DOCKER, "version"], capture_output=True, text=True, timeout=30)
    except FileNotFoundError:
        return f"there is no command {DOCKER!r}"
    except subprocess.TimeoutExpired:
        return f"`{DOCKER} version` does not end within 30 s"
    return done.stderr.strip() or f"`{DOCKER} version` failed" if done.returncode else None


@dataclass(frozen=True)
class Container:
    """A container started by a test; it is removed after the test."""

    id: str

    def url(self) -> str:
        """The published address of the service's port."""
        return f"http://{docker('port', self.id, '8000/tcp').splitlines()[0]}"

    def tell(self, template: str) -> str:
        """The output of `docker inspect` with this template."""
        return docker("inspect", "--format", template, self.id)

    def logs(self) -> str:
        """Its output, stdout and stderr."""
        return docker("logs", self.id, errors_to=subprocess.STDOUT)

    def wait_until_healthy(self) -> None:
        """Wait until its image's health check passes."""
        wait_until(lambda: self.health() != "starting", 60)
        assert self.health() == "healthy", self.logs()

    def health(self) -> str:
        """starting, healthy or unhealthy; empty if it is not running."""
        return self.tell("{{if .State.Running}}{{.State.Health.Status}}{{end}}")

    def exit_code(self) -> int:
        """Wait for its end; returns its exit code."""
        wait_until(lambda: self.tell("{{.State.Running}}") == "false", 60)
        return int(self.tell("{{.State.ExitCode}}"))

    def handles(self, number: int) -> bool:
        """Whether its first process handles this signal; otherwise the kernel ignores it."""
        caught = docker("exec", self.id, "sed", "-n", "s/^SigCgt:\\s*//p", "/proc/1/status")
        return bool(int(caught, 16) & 1 << (number - 1))
