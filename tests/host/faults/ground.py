"""A prepared host on which one fault follows the other, with nothing cleaned up by hand in between."""

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
from tests.host.service import Service, read_lines
from tests.pace import patience
from tests.rollout.lines import Event
from tests.waiting import wait_until

VERSION = re.compile(r"\d+\.\d+\.\d+")
Grounds = Callable[[Place], "Ground"]


class NotTried(Exception):
    """This machine lacks what a fault needs; the text says what."""


class Ground(Service):
    """Its good releases are as good as each other; `stable_release` is the one that serves."""

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
        self.before: str | None = None  # the cell before, which the next start vouches for

    def find_stable(self) -> Slot:
        """Which slot the router's file calls stable, and with it which release `stable_release` is."""
        found = dict(line.split() for line in self.ask(f"cat {names.ROUTER_FOLDER}/split.map").splitlines())
        slot: Slot = "green" if found["stable"] == "green" else "blue"
        label = f'{{{{index .Config.Labels "{names.RELEASE}"}}}}'
        self.stable_release = self.docker("inspect", "--format", label, self.name(slot)).strip()
        return slot

    def next_release(self) -> str:
        """The good one whose turn is longest ago: what one did a moment ago is still in the windows of its gates."""
        release = self.good.pop(0)
        self.good.append(release)
        return release if release != self.stable_release else self.next_release()

    def prepare(self) -> None:
        """Everything up, and the first release live."""
        self.before_up()
        self.up()
        self.reader()
        done = self.start(self.stable_release)
        assert done.code == 0, done.out + done.err

    def before_up(self) -> None:
        """For a host that is special."""

    def image(self, part: str) -> str:
        """Which image Compose takes for a part."""
        return str(json.loads(self.compose("config", "--format", "json"))["services"][part]["image"])

    def versions(self) -> dict[str, str]:
        """Of what stands here, by name."""
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
        """What a container wrote to its standard error."""
        command = ["docker", "logs", "--tail", "50", self.name(part)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True).stderr

    def rollouts(self) -> list[str]:
        """Those with a journal, the oldest first."""
        return [Path(line).stem for line in self.ask(f"ls {names.STATE}/journals | grep jsonl").splitlines()]

    def journal(self, rollout: str) -> list[Event]:
        return read_lines(self.ask(f"cat {names.STATE}/journals/{rollout}.jsonl 2>/dev/null"))

    def state(self, part: str) -> dict[str, Any]:
        """Docker's word on a container: Status, Pid, StartedAt and so on; empty while it can't be had."""
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
    """Wait for a condition; `seen` says what there is instead."""
    wait_until(done, within_seconds * patience(), lambda: f"{what}: {seen()}")
