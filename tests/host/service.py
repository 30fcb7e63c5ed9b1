"""One prepared host: deploy/docker/compose.yaml with a project, a network and a port of its own."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rollout.docker.connection import Docker
from rollout.docker.host import Host
from rollout.rehearsal.process import free_port
from tests.host.images import docker
from tests.host.policy import quick
from tests.pace import pace, patience
from tests.repository import REPOSITORY
from tests.rollout.lines import Event
from tests.waiting import wait_until

COMPOSE = REPOSITORY / "deploy" / "docker" / "compose.yaml"


def by_hand(arguments: Sequence[str]) -> Sequence[str]:
    """What no pipeline has signed starts with a reason."""
    return [*arguments, "--unverified", "a test of the host"] if arguments[:1] == ("start",) else arguments


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str


class Service:
    """The parts of a host, up to 20 times as fast as in production, and the command line that talks to it."""

    def __init__(self, engine_image: str, folder: Path, *, docker_host: str | None = None) -> None:
        self.policy = quick(folder)
        self.compose_files = [COMPOSE]
        number = secrets.randbelow(200) + 20
        self.project = f"host-{secrets.token_hex(3)}"
        self.port = free_port()
        self.docker_host = docker_host
        subnet = f"10.231.{number}"
        self.environment = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": self.project,
            "ENGINE_IMAGE": engine_image,
            "ROUTER_PORT": f"127.0.0.1:{self.port}",
            "AGENT_SUBNET": f"{subnet}.0/24",
            "AGENT_DYNAMIC": f"{subnet}.128/25",
            "ROUTER_ADDRESS": f"{subnet}.2",
            "PROMETHEUS_ADDRESS": f"{subnet}.3",
            "ALERTMANAGER_ADDRESS": f"{subnet}.4",
            "BLUE_ADDRESS": f"{subnet}.11:8000",
            "GREEN_ADDRESS": f"{subnet}.12:8000",
            "SPEED": f"{pace().speed:g}",
            "ROLLOUT_BY": "the tests",
            "ROLLOUT_SERVICE": self.project,
            **({"DOCKER_HOST": docker_host} if docker_host else {}),
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        self.compose("up", "--detach", "--wait", "--no-build")

    def down(self) -> None:
        """Leave nothing: releases, engines and helpers are no services of Compose, nor is what a test has named."""
        for ours in (f"label=com.docker.compose.project={self.project}", f"name=^{self.project}-"):
            if made := docker("ps", "--all", "--quiet", "--filter", ours, host=self.docker_host).split():
                docker("rm", "--force", "--volumes", *made, host=self.docker_host)
        self.compose("down", "--volumes")

    def compose(self, *arguments: str) -> str:
        files = [part for file in self.compose_files for part in ("--file", str(file))]
        command = ["docker", "compose", *files, *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{arguments}: {done.stderr[-4000:]}"
        return done.stdout

    def rollout(self, *arguments: str, stdin: str = "", within_seconds: float = 300) -> Done:
        """`rollout …`, as typed in the repository."""
        done = subprocess.run(
            [sys.executable, "-m", "rollout", *by_hand(arguments)],
            cwd=REPOSITORY,
            env={**self.environment, "PYTHONDONTWRITEBYTECODE": "1"},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=within_seconds * patience(),
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def begin(self, *arguments: str, output: Path) -> "subprocess.Popen[bytes]":
        """The same, in the background."""
        with output.open("wb") as file:
            return subprocess.Popen(
                [sys.executable, "-m", "rollout", *by_hand(arguments)],
                cwd=REPOSITORY,
                env={**self.environment, "PYTHONDONTWRITEBYTECODE": "1"},
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def start(self, image: str, *arguments: str) -> Done:
        """`rollout start IMAGE --follow`, with the quick policy."""
        return self.rollout("start", image, "--follow", "--policy", str(self.policy), *arguments)

    def name(self, part: str) -> str:
        return f"{self.project}-{part}"

    def stable(self) -> str:
        """The name of the container that is stable now."""
        slots = json.loads(self.rollout("status", "--json").out)["slots"]
        return self.name(next(slot for slot, found in slots.items() if found and found["role"] == "stable"))

    def host(self) -> Host:
        return Host.find(Docker.connect(), self.project)

    def beside(self, command: str) -> list[str]:
        """The arguments of docker that run a shell command where the journals are."""
        mounted = f"{self.project}_state:/var/lib/rollout"
        image = self.environment["ENGINE_IMAGE"]
        return ["run", "--rm", "--volume", mounted, "--entrypoint", "sh", image, "-c", command]

    def events(self) -> list[Event]:
        """The newest rollout's journal, read from the volume itself."""
        newest = 'cat "$(ls -d /var/lib/rollout/journals/* | tail -1)"'
        text = docker(*self.beside(newest), host=self.docker_host)
        return [json.loads(line) for line in text.splitlines() if line.endswith("}")]

    def until(self, seen: Callable[[list[Event]], bool], within_seconds: float = 120) -> list[Event]:
        """Wait until the newest journal says so."""
        found: list[Event] = []

        def done() -> bool:
            found[:] = self.events()
            return seen(found)

        wait_until(done, within_seconds * patience(), lambda: found[-3:])
        return found
