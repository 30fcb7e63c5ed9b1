"""A host with a Docker engine that is played: its containers, and what its commands answer."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from json import dumps
from typing import cast

from rollout.docker.connection import Docker
from rollout.docker.container import Container, Said
from rollout.docker.host import Host
from rollout.onhost import names
from rollout.onhost.survey import Survey

RELEASE = f"ghcr.io/my-org/my-agent@sha256:{'a' * 64}"
ENGINE_IMAGE = "my-agent-engine:0.1.0"
MADE = datetime(2026, 11, 24, 13, tzinfo=UTC)
SURVEY = Survey("blue", running=None, keeping=None, newest=None, history=[], stable_since=None)


class PlayedDocker:
    """`answers`: a command's first word -> what it says. `log` is what the engine's container has said."""

    def __init__(
        self, answers: Mapping[str, Said], containers: Sequence[Container] = (), log: Said | None = None
    ) -> None:
        self._answers, self._log = {"survey": says(dumps(asdict(SURVEY)))} | dict(answers), log
        self._containers = {each.name: each for each in containers}
        self.asked: list[list[str]] = []

    def run(self, _image: str, command: Sequence[str], **_settings: object) -> Said:
        self.asked.append(list(command))
        return self._answers[command[0]]

    def container(self, name: str) -> Container | None:
        return self._containers.get(name)

    def logs(self, _container: str) -> Said:
        assert self._log
        return self._log


def says(out: str, err: str = "", code: int = 0) -> Said:
    return Said(code, out, err)


def host(docker: PlayedDocker) -> Host:
    return Host(cast(Docker, docker), "my-agent", ENGINE_IMAGE, {})


def stable() -> Container:
    """The release in the slot blue."""
    return Container("1", "my-agent-blue", "running", 0, True, MADE, {names.RELEASE: RELEASE}, {})


def engine(rollout: str, state: str, exit_code: int = 0) -> Container:
    labels = {names.ROLLOUT: rollout, names.BY: "maria"}
    return Container("2", "my-agent-engine", state, exit_code, None, MADE, labels, {})
