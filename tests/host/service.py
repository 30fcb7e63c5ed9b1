"""A prepared host: deploy/docker/compose.yaml with its own project, network and port."""

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
from rollout.onhost import names
from rollout.rehearsal.process import free_port
from tests.host.images import docker
from tests.host.policy import quick
from tests.host.shell import Shell
from tests.pace import pace, patience
from tests.repository import REPOSITORY
from tests.rollout.lines import Event
from tests.waiting import wait_until

COMPOSE = REPOSITORY / "deploy" / "docker" / "compose.yaml"
READ_AT = {
    "state": names.STATE,
    "router": names.ROUTER_FOLDER,
    "secrets": "/run/agent-secrets",
    "router-config": "/etc/router",
}
LOOK_EVERY_SECONDS = 0.2
"""Each look starts programs in a container."""

NEWEST_JOURNAL = f"ls -d {names.STATE}/journals/*.jsonl | tail -1"


def by_hand(arguments: Sequence[str]) -> Sequence[str]:
    """What no pipeline has signed starts with a reason."""
    return [*arguments, "--unverified", "a test of the host"] if arguments[:1] == ("start",) else arguments


@dataclass(frozen=True)
class Done:
    """A finished command."""

    code: int
    out: str
    err: str


def read_lines(text: str) -> list[Event]:
    """A journal's events; a line that is half written is passed over."""
    return [json.loads(line) for line in text.splitlines() if line.endswith("}")]


class Service:
    """The parts of a host, at up to 20 times production's speed, and the command line for it."""

    def __init__(self, engine_image: str, folder: Path, *, docker_host: str | None = None) -> None:
        self.policy = quick(folder)
        self.compose_files = [COMPOSE]
        self._reads = False
        self.project = f"host-{secrets.token_hex(3)}"
        self.port, self.tls_port = free_port(), free_port()
        self.docker_host = docker_host
        subnet = f"10.{200 + secrets.randbelow(30)}.{secrets.randbelow(250)}"  # two at once hardly ever share one
        self.environment = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": self.project,
            "ENGINE_IMAGE": engine_image,
            "ROUTER_PORT": f"127.0.0.1:{self.port}",
            "ROUTER_TLS_PORT": f"127.0.0.1:{self.tls_port}",
            "HTTPS_PORT": str(self.tls_port),
            "CONNECTIONS_PER_ADDRESS": "4000",  # all that tests send comes from one
            "AGENT_SUBNET": f"{subnet}.0/25",
            "AGENT_DYNAMIC": f"{subnet}.64/26",
            "BLUE_SUBNET": f"{subnet}.128/26",
            "BLUE_DYNAMIC": f"{subnet}.160/27",
            "GREEN_SUBNET": f"{subnet}.192/26",
            "GREEN_DYNAMIC": f"{subnet}.224/27",
            "ROUTER_ADDRESS": f"{subnet}.2",
            "PROMETHEUS_ADDRESS": f"{subnet}.3",
            "ALERTMANAGER_ADDRESS": f"{subnet}.4",
            "GRAFANA_ADDRESS": f"{subnet}.5",
            "BLUE_ADDRESS": f"{subnet}.140:8000",
            "GREEN_ADDRESS": f"{subnet}.204:8000",
            "SPEED": f"{pace().speed:g}",
            "ROLLOUT_BY": "the tests",
            "ROLLOUT_SERVICE": self.project,
            **({"DOCKER_HOST": docker_host} if docker_host else {}),
        }
        self._shell = Shell(self.name("reader"), dict(self.environment))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        self.compose("up", "--detach", "--wait", "--no-build")

    def down(self) -> None:
        """Remove everything, also what Compose does not know: releases, engines, helpers, and what tests created."""
        self._shell.close()
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
        """Run `rollout …` in the repository."""
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
        """Run `rollout start IMAGE --follow` with the quick policy."""
        return self.rollout("start", image, "--follow", "--policy", str(self.policy), *arguments)

    def start_only(self, image: str, *arguments: str) -> Done:
        """Run `rollout start IMAGE`, which ends with the first event of its journal."""
        return self.rollout("start", image, *arguments)

    def name(self, part: str) -> str:
        return f"{self.project}-{part}"

    def stable(self) -> str:
        """The name of the stable container."""
        slots = json.loads(self.rollout("status", "--json").out)["slots"]
        return self.name(next(slot for slot, found in slots.items() if found and found["role"] == "stable"))

    def host(self) -> Host:
        return Host.find(Docker.connect(), self.project)

    def reader(self) -> str:
        """The name of a container that only reads, on the host's volumes and network; started when first needed."""
        if not self._reads:
            mounts = [text for name, path in READ_AT.items() for text in ("--volume", f"{self.project}_{name}:{path}")]
            where = ["--name", self.name("reader"), "--network", f"{self.project}_agent", *mounts]
            asleep = ["--init", "--entrypoint", "sleep", self.environment["ENGINE_IMAGE"], "infinity"]
            docker("run", "--detach", "--restart", "always", *where, *asleep, host=self.docker_host)
            self._reads = True
        return self.name("reader")

    def ask(self, script: str) -> str:
        """Run a shell script beside the data, as its owner; what it printed, or nothing while Docker is away."""
        self.reader()
        return self._shell.ask(script)

    def events(self) -> list[Event]:
        """The newest rollout's journal, read from the volume."""
        return read_lines(self.ask(f'cat "$({NEWEST_JOURNAL})"'))

    def until(self, seen: Callable[[list[Event]], bool], within_seconds: float = 120) -> list[Event]:
        """Wait until the newest journal contains this."""
        found: list[Event] = []

        def done() -> bool:
            found[:] = self.events()
            return seen(found)

        wait_until(done, within_seconds * patience(), lambda: found[-3:], LOOK_EVERY_SECONDS)
        return found
