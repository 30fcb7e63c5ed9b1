"""A prepared host on which one fault follows the other, without any manual cleanup."""

import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from rollout.onhost import names
from rollout.router.split import Slot
from tests.host.faults import policy
from tests.host.faults.table import Place
from tests.host.images import Images, docker
from tests.host.service import LOOK_EVERY_SECONDS, Service, read_lines
from tests.pace import patience
from tests.rollout.lines import Event
from tests.waiting import wait_until

VERSION = re.compile(r"\d+\.\d+\.\d+")
Grounds = Callable[[Place], "Ground"]


class NotTried(Exception):
    """This machine lacks something that a fault needs; the text names it."""


class Ground(Service):
    """Its good releases are interchangeable; `stable_release` is the one that serves."""

    def __init__(
        self, images: Images, folder: Path, *, docker_host: str | None = None, also: Path | None = None
    ) -> None:
        super().__init__(images.engine, folder, docker_host=docker_host)
        self.images, self.folder = images, folder
        self.compose_files += [also] if also else []
        self.policy = policy.patient(folder)
        self.environment["SPEED"] = f"{policy.speed():g}"
        self.good = [images.release(f"good-{letter}") for letter in "abcd"]
        self.stable_release = self.good[0]
        self.before: str | None = None  # the previous cell, which the next start proves clean

    def find_stable(self) -> Slot:
        """Read the stable slot from the router's file, and with it `stable_release`."""
        found = dict(line.split() for line in self.ask(f"cat {names.ROUTER_FOLDER}/split.map").splitlines())
        slot: Slot = "green" if found["stable"] == "green" else "blue"
        label = f'{{{{index .Config.Labels "{names.RELEASE}"}}}}'
        self.stable_release = self.docker("inspect", "--format", label, self.name(slot)).strip()
        return slot

    def next_release(self) -> str:
        """The good release that was used least recently: the windows of the gates still contain recent ones."""
        release = self.good.pop(0)
        self.good.append(release)
        return release if release != self.stable_release else self.next_release()

    def prepare(self) -> None:
        """Start everything, and release for the first time."""
        self.before_up()
        self.up()
        self.reader()
        done = self.start(self.stable_release)
        assert done.code == 0, done.out + done.err

    def before_up(self) -> None:
        """A hook for special hosts."""

    def image(self, part: str) -> str:
        """The image that Compose uses for a part."""
        return str(json.loads(self.compose("config", "--format", "json"))["services"][part]["image"])

    def versions(self) -> dict[str, str]:
        """Containers of this host, by name."""
        asked = {
            "Docker": ["version", "--format", "{{.Server.Version}}"],
            "HAProxy": ["exec", self.name("router"), "haproxy", "-v"],
            "Prometheus": ["exec", self.name("prometheus"), "promtool", "--version"],
        }
        found = {name: VERSION.search(self.docker(*command)) for name, command in asked.items()}
        return {name: version[0] for name, version in found.items() if version}

    def docker(self, *arguments: str) -> str:
        return docker(*arguments, host=self.docker_host)

    def complaints(self, part: str) -> str:
        """A container's standard error."""
        command = ["docker", "logs", "--tail", "50", self.name(part)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True).stderr

    def rollouts(self) -> list[str]:
        """The rollouts with a journal, oldest first."""
        return [Path(line).stem for line in self.ask(f"ls {names.STATE}/journals | grep jsonl").splitlines()]

    def journal(self, rollout: str) -> list[Event]:
        return read_lines(self.ask(f"cat {names.STATE}/journals/{rollout}.jsonl 2>/dev/null"))

    def state(self, part: str) -> dict[str, Any]:
        """Docker's state of a container: Status, Pid, StartedAt and so on; empty while it is unavailable."""
        done = subprocess.run(
            ["docker", "inspect", "--format", "{{json .State}}", self.name(part)],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        return dict(json.loads(done.stdout)) if done.returncode == 0 else {}

    def started_at(self, part: str) -> float:
        """Epoch seconds."""
        return datetime.fromisoformat(self.state(part)["StartedAt"][:26].rstrip("Z") + "+00:00").timestamp()


def until(done: Callable[[], bool], what: str, within_seconds: float = 90, seen: Callable[[], object] = str) -> None:
    """Wait for a condition; `seen` describes the state on a timeout."""
    wait_until(done, within_seconds * patience(), lambda: f"{what}: {seen()}", LOOK_EVERY_SECONDS)
