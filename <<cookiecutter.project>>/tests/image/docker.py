"""The docker command, and one container."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from tests.waiting import wait_until

DOCKER = os.environ.get("DOCKER", "docker")

# What the host's compose file gives a release, and nothing it could lean on.
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", "64")


def docker(*arguments: str, errors_to: int = subprocess.PIPE) -> str:
    """What the command prints."""
    command = [DOCKER, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=errors_to, text=True, timeout=120)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr or ''}"
    return done.stdout.strip()


def trouble() -> str | None:
    """Why no Docker engine can be used; None when one can."""
    try:
        done = subprocess.run([DOCKER, "version"], capture_output=True, text=True, timeout=30)
    except FileNotFoundError:
        return f"there is no command {DOCKER!r}"
    except subprocess.TimeoutExpired:
        return f"`{DOCKER} version` does not end within 30 s"
    return done.stderr.strip() or f"`{DOCKER} version` failed" if done.returncode else None


@dataclass(frozen=True)
class Container:
    """A container that a test started; it is removed after the test."""

    id: str

    def url(self) -> str:
        """Where the service's port is published."""
        return f"http://{docker('port', self.id, '8000/tcp').splitlines()[0]}"

    def tell(self, template: str) -> str:
        """What `docker inspect` fills into the template."""
        return docker("inspect", "--format", template, self.id)

    def logs(self) -> str:
        """All that it wrote, on either of its outputs."""
        return docker("logs", self.id, errors_to=subprocess.STDOUT)

    def wait_until_healthy(self) -> None:
        """By its image's own check."""
        wait_until(lambda: self.health() != "starting", 60)
        assert self.health() == "healthy", self.logs()

    def health(self) -> str:
        """starting, healthy or unhealthy; nothing when it does not run."""
        return self.tell("{{if .State.Running}}{{.State.Health.Status}}{{end}}")

    def exit_code(self) -> int:
        """The exit code, once it has one."""
        wait_until(lambda: self.tell("{{.State.Running}}") == "false", 60)
        return int(self.tell("{{.State.ExitCode}}"))

    def handles(self, number: int) -> bool:
        """Whether its first process has a handler for this signal; the kernel spares it any other."""
        caught = docker("exec", self.id, "sed", "-n", "s/^SigCgt:\\s*//p", "/proc/1/status")
        return bool(int(caught, 16) & 1 << (number - 1))
