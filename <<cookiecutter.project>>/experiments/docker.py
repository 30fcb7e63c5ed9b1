"""The log on a Docker host: each command runs in a container of the stable release's image, which has what the
release itself has: its data, its secrets and its network, for a log in a database; no Docker socket."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from docker.types import Mount

from agent.experiments import Experiment
from agent.experiments.records import Gathered, Started
from experiments import errors
from experiments.evidence import Evidence, evidence_of
from rollout.docker import limits
from rollout.docker.container import Container, Said, volume
from rollout.docker.host import USER, Host
from rollout.errors import HostFailed, OtherVersion, RolloutError
from rollout.onhost import names
from rollout.onhost.complaint import Complaint

T = TypeVar("T")
ENTRYPOINT = ["python", "-m", "agent.experiments"]
PIECE_CHARACTERS = 25_000
"""Linux limits one argument to 128 KiB, and a character has up to 4 bytes."""

TAIL_CHARACTERS = 500
NO_SUCH_COMMAND = ("No module named", "cannot be directly executed", "invalid choice", "usage:")
SETTINGS: Mapping[str, Any] = {
    "entrypoint": ENTRYPOINT,
    "user": USER,
    "mem_limit": "768m",
    "oom_score_adj": 1000,  # if the host runs out of memory, this dies, and no release
    "nano_cpus": limits.NANO,
    "pids_limit": 64,
    "tmpfs": {"/tmp": "size=512m"},  # noqa: S108  SQLite's temporary table: a million users need 200 MB
}


@dataclass(frozen=True)
class HostLog:
    """The log of the releases on a host; the one in the container `release` answers."""

    host: Host
    release: Container
    data: str
    """The name of the volume."""

    @classmethod
    def of(cls, host: Host) -> "HostLog":
        """Raises NoRelease, NoLog or HostFailed."""
        release = answering(host)
        data = release.volumes.get(names.DATA)
        if data is None:
            raise errors.NoLog(f"{release.name} has no volume at {names.DATA}: the next release gets it")
        return cls(host, release, data)

    def started(self, name: str) -> Started:
        return self._fields(Started, "started", name)

    def start(self, definition: Experiment, sha256: str, by: str, source: str) -> None:
        text = definition.model_dump_json()
        pieces = [text[at : at + PIECE_CHARACTERS] for at in range(0, len(text), PIECE_CHARACTERS)]
        given = [f"--definition={piece}" for piece in pieces]
        self._ask("start", definition.name, f"--sha256={sha256}", f"--by={by}", f"--source={source}", *given)

    def end(self, name: str, by: str, ending: dict[str, Any], at: float | None = None) -> None:
        moment = [] if at is None else [f"--at={at!r}"]
        self._ask("end", name, f"--by={by}", f"--ending={json.dumps(ending)}", *moment)

    def evidence(self, name: str, metrics: Iterable[str], end: float = math.inf) -> Evidence:
        wanted = [f"--metric={each}" for each in metrics]
        return evidence_of(self._fields(Gathered, "sums", name, *wanted, f"--end={end!r}"))

    def _fields(self, make: Callable[..., T], command: str, *arguments: str) -> T:
        found = self._ask(command, *arguments)
        try:
            return make(**found)
        except TypeError as error:
            raise other_version(self._image, command, f"it has the fields {', '.join(found)}") from error

    def _ask(self, *command: str) -> dict[str, Any]:
        settings = {
            **SETTINGS,
            "labels": {names.PROJECT: self.host.project, names.PART: "helper"},
            "environment": {"AGENT_DATA_FOLDER": names.DATA},
            "mounts": [volume(self.data, names.DATA), *self._secrets()],
            "network_mode": f"container:{self.release.id}",
        }
        said = self.host.docker.run(self._image, command, **settings)
        if said.exit_code:
            raise error_of(self._image, command[0], said)
        try:
            return {**json.loads(said.out)}
        except (TypeError, ValueError) as error:
            raise other_version(self._image, command[0], said.out[:TAIL_CHARACTERS]) from error

    def _secrets(self) -> list[Mount]:
        name = self.release.volumes.get(names.SECRETS)
        return [volume(name, names.SECRETS, read_only=True)] if name else []

    @property
    def _image(self) -> str:
        return self.release.labels[names.RELEASE]


def answering(host: Host) -> Container:
    """The release that has run for longest: during a rollout that is stable, which was proved. Raises NoRelease."""
    found = [each for slot in names.SLOTS if (each := host.release(slot)) and names.RELEASE in each.labels]
    running = [each for each in found if each.runs]
    if not running:
        raise errors.NoRelease(f"no release of {host.project} is running on this host, so there is no log to ask for")
    return min(running, key=lambda each: each.created)


def error_of(image: str, command: str, said: Said) -> RolloutError:
    """The error of a command that did not exit with 0."""
    complaint = Complaint.in_output(said.out)
    if complaint is not None:
        return complaint.error()
    message = said.err.strip()[-TAIL_CHARACTERS:]
    if any(each in said.err for each in NO_SUCH_COMMAND):
        return other_version(image, command, message)
    return HostFailed(f"`{command}` in the image {image} failed with exit code {said.exit_code}: {message}")


def other_version(image: str, command: str, message: str) -> OtherVersion:
    """The release does not know the command, or its output has another format."""
    return OtherVersion(
        f"the release {image} is of another version than this command: its answer to `{command}`: {message}. Release "
        "this version first, or use the checkout of that release"
    )
