"""The programs of a rehearsal: their minimum versions, and how to start them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rollout.rehearsal.machine import World

Version = tuple[int, int]
PROBE_WITHIN_SECONDS = 20.0


@dataclass(frozen=True)
class Requirement:
    """A program that the rehearsal needs, its minimum version, and its sources."""

    name: str
    package: str
    minimum: Version
    version_flag: str
    image_variable: str
    image_default: str
    other_name: str = ""
    """What some distributions call the program."""

    is_packaged: bool = True
    """Whether package managers can get it without root. Debian's Alertmanager needs its files in /usr/share; Homebrew
    has none."""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, self.other_name) if self.other_name else (self.name,)

    def image(self, environment: Mapping[str, str]) -> str:
        """The container image that holds it."""
        return environment.get(self.image_variable) or self.image_default


HAPROXY = Requirement(
    name="haproxy",
    package="haproxy",
    minimum=(2, 6),
    version_flag="-v",
    image_variable="HAPROXY_IMAGE",
    image_default="haproxy:3.2-alpine@sha256:79799e8b2977e60802774fa53d29e6b54e045402cdd8a8b9fe43923e7095a047",
)
PROMETHEUS = Requirement(
    name="prometheus",
    package="prometheus",
    minimum=(2, 41),
    version_flag="--version",
    image_variable="PROMETHEUS_IMAGE",
    image_default="prom/prometheus:v3.13.0@sha256:c6b27ea434f8389bfe233fbc7be381cf50587c286e871bc842008f5a1b1908a7",
)
PROMTOOL = replace(PROMETHEUS, name="promtool")  # Prometheus' package and image contain it
ALERTMANAGER = Requirement(
    name="alertmanager",
    package="prometheus-alertmanager",
    minimum=(0, 25),
    version_flag="--version",
    image_variable="ALERTMANAGER_IMAGE",
    image_default="prom/alertmanager:v0.33.0@sha256:af26fbe4dd1886ac0efd7bd55cd9027da262e105b137a376522b7c14c3626e4a",
    other_name="prometheus-alertmanager",
    is_packaged=False,
)
PARTS = (HAPROXY, PROMETHEUS)
REPLAY_PARTS = (*PARTS, ALERTMANAGER)
TOOLS = {each.name: each for each in (*REPLAY_PARTS, PROMTOOL)}


@dataclass(frozen=True)
class Program:
    """A program that was found and is new enough. `argv` starts it; only a container has an `image`."""

    name: str
    argv: tuple[str, ...]
    source: Literal["path", "cache", "package", "container"]
    image: str = ""

    @property
    def place(self) -> str:
        """Its path, or its image."""
        return self.image or self.argv[-1]

    def command(
        self,
        args: Iterable[str],
        environment: Mapping[str, str] | None = None,
        folders: Iterable[Path] = (),
        label: str = "",
    ) -> tuple[str, ...]:
        """The command line that runs the program with `args`.

        A container gets `environment` and `folders` (each mounted at its own path) here; any other program sees the
        folders anyway and inherits its environment from the process that starts it. `label` names the container, for
        `removal`.
        """
        if self.source != "container":
            return (*self.argv, *args)
        options = [f"--env={name}={value}" for name, value in (environment or {}).items()]
        # --mount, not -v: it fails for a missing folder instead of creating it as root.
        options += [f"--mount=type=bind,source={folder},target={folder}" for folder in dict.fromkeys(folders)]
        options += [f"--name={label}"] if label else []
        return (*self.argv, *options, f"--entrypoint={self.name}", self.image, *args)

    def removal(self, label: str) -> tuple[str, ...]:
        """The command that removes the container of a killed client; empty if there is no container.

        `docker run` forwards SIGTERM to the program, except between the creation and the start of the container, when
        the signal is lost. A killed client leaves its container running.
        """
        return (self.argv[0], "rm", "--force", label) if self.source == "container" else ()


def probe(wanted: Requirement, program: Program, world: World) -> str | None:
    """Run the program to check its version: the error, or None."""
    answer = world.run(program.command([wanted.version_flag]), PROBE_WITHIN_SECONDS)
    if answer.code:
        return f"{program.place} does not run: {last_line(answer.output)}"
    return judge_version(wanted, program.place, answer.output)


def judge_version(wanted: Requirement, where: str, said: str) -> str | None:
    """The error in this version output; None if the version is new enough."""
    match = re.search(r"version (\d+)\.(\d+)", said)
    needed = f"{wanted.name} {dotted(wanted.minimum)} or newer is needed"
    if match is None:
        return f"{where} does not report its version ({last_line(said)}): {needed}"
    version = (int(match[1]), int(match[2]))
    if version < wanted.minimum:
        return f"{where} is {wanted.name} {dotted(version)}, which is too old: {needed}"
    return None


def dotted(version: Version) -> str:
    return f"{version[0]}.{version[1]}"


def last_line(output: str, count: int = 1) -> str:
    """The last non-empty line, or the last `count` of them."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return " / ".join(lines[-count:]) or "it printed nothing"
