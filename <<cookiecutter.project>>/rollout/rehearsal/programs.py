"""Where HAProxy and Prometheus come from: PATH, else the system's package manager, else a container."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rollout.errors import ProgramMissing
from rollout.rehearsal.machine import World
from rollout.rehearsal.packages import install

Version = tuple[int, int]
DOCKERS_HINT = re.compile(r"(Run|See) 'docker .*--help'")


@dataclass(frozen=True)
class Wanted:
    """A program the rehearsal needs, the oldest version that will do, and where else it can come from."""

    name: str
    minimum: Version
    version_flag: str
    image_variable: str
    image_default: str


HAPROXY = Wanted(
    name="haproxy",
    minimum=(2, 6),
    version_flag="-v",
    image_variable="HAPROXY_IMAGE",
    image_default="haproxy:3.2-alpine@sha256:79799e8b2977e60802774fa53d29e6b54e045402cdd8a8b9fe43923e7095a047",
)
PROMETHEUS = Wanted(
    name="prometheus",
    minimum=(2, 41),
    version_flag="--version",
    image_variable="PROMETHEUS_IMAGE",
    image_default="prom/prometheus:v3.13.0",
)


@dataclass(frozen=True)
class Program:
    """A program that was found and is new enough. `argv` starts it; `image` is set for a container only."""

    name: str
    argv: tuple[str, ...]
    source: Literal["path", "package", "container"]
    image: str = ""

    def command(
        self,
        args: Iterable[str],
        environment: Mapping[str, str] | None = None,
        folders: Iterable[Path] = (),
        label: str = "",
    ) -> tuple[str, ...]:
        """The command line that runs the program with `args`.

        A container is told of `environment` and `folders` (each under its own path) here; any other program
        sees the folders anyway and takes its environment from the process that starts it. `label` names the
        container, for `removal`.
        """
        if self.source != "container":
            return (*self.argv, *args)
        options = [f"--env={name}={value}" for name, value in (environment or {}).items()]
        # --mount, not -v: it refuses a folder that does not exist instead of creating it as root.
        options += [f"--mount=type=bind,source={folder},target={folder}" for folder in folders]
        options += [f"--name={label}"] if label else []
        return (*self.argv, *options, f"--entrypoint={self.name}", self.image, *args)

    def removal(self, label: str) -> tuple[str, ...]:
        """The command that removes what a killed client leaves behind; empty where there is nothing to remove.

        `docker run` hands SIGTERM on to the program, except in the moment between the creation and the start
        of the container, when it is lost; and a client that is killed leaves its container running.
        """
        return (self.argv[0], "rm", "--force", label) if self.source == "container" else ()


def find_programs(wanted: Sequence[Wanted], world: World, *, yes: bool = False) -> dict[str, Program]:
    """Find each program, by name; install or fetch what is missing.

    Raises ProgramMissing, once for all of them, saying what was tried and what to do.
    """
    troubles: list[str] = []
    found = _on_path(wanted, world, troubles)
    absent = [each.name for each in wanted if each.name not in found and not world.which(each.name)]
    if absent and install(absent, world, troubles, yes=yes):
        installed = _on_path([each for each in wanted if each.name in absent], world, troubles)
        found |= {name: replace(program, source="package") for name, program in installed.items()}
    if missing := [each for each in wanted if each.name not in found]:
        found |= _in_containers(missing, world, troubles)
    if missing := [each for each in wanted if each.name not in found]:
        raise ProgramMissing(_message(missing, world, troubles))
    return found


def _on_path(wanted: Sequence[Wanted], world: World, troubles: list[str]) -> dict[str, Program]:
    found = {}
    for each in wanted:
        path = world.which(each.name)
        if path is None:
            continue
        answer = world.run([path, each.version_flag], timeout_seconds=10)
        if trouble := judge_version(each, path, answer.output):
            troubles.append(trouble)
        else:
            found[each.name] = Program(each.name, (path,), "path")
    return found


def _in_containers(wanted: Sequence[Wanted], world: World, troubles: list[str]) -> dict[str, Program]:
    docker = world.which("docker")
    if docker is None:
        troubles.append("docker: it is not on PATH")
        return {}
    engine = world.run([docker, "ps", "--quiet"], timeout_seconds=20)
    if engine.code:
        troubles.append(f"docker: its engine does not answer: {_last_line(engine.output)}")
        return {}
    found = {}
    for each in wanted:
        program = _container(each, docker, world)
        world.say(f"{each.name}: using the container image {program.image}")
        # This pulls the image too, so that no start-up deadline has to wait for a registry later.
        answer = world.run(program.command([each.version_flag]), timeout_seconds=600)
        if answer.code:
            troubles.append(f"docker: {program.image} does not run: {_last_line(answer.output)}")
        elif trouble := judge_version(each, program.image, answer.output):
            troubles.append(trouble)
        else:
            found[each.name] = program
    return found


def _container(wanted: Wanted, docker: str, world: World) -> Program:
    # Host network and our own user: the ports and files of a container are then those of a plain process.
    options = ("run", "--rm", "--init", "--network=host", f"--user={world.user}")
    return Program(wanted.name, (docker, *options), "container", _image(wanted, world))


def judge_version(wanted: Wanted, where: str, said: str) -> str | None:
    """What is wrong with a program that said this when asked for its version; None when it will do."""
    match = re.search(r"version (\d+)\.(\d+)", said)
    needed = f"{wanted.name} {_dotted(wanted.minimum)} or newer is needed"
    if match is None:
        return f"{where} does not tell its version ({_last_line(said)}): {needed}"
    version = (int(match[1]), int(match[2]))
    if version < wanted.minimum:
        return f"{where} is {wanted.name} {_dotted(version)}, which is too old: {needed}"
    return None


def _message(missing: Sequence[Wanted], world: World, troubles: Sequence[str]) -> str:
    names = " and ".join(each.name for each in missing)
    versions = " and ".join(f"{each.name} {_dotted(each.minimum)} or newer" for each in missing)
    images = " ".join(f"{each.image_variable}={_image(each, world)}" for each in missing)
    return "\n".join(
        [
            f"The rehearsal needs {names}. Do one of three things, then try again:",
            f"  1. put {versions} on PATH",
            "  2. say --yes, and they are installed with apt-get, dnf or brew",
            f"  3. start Docker, and they run in containers: {images}",
            *(["What was tried:"] if troubles else []),
            *(f"  - {trouble}" for trouble in troubles),
        ]
    )


def _image(wanted: Wanted, world: World) -> str:
    return world.environment.get(wanted.image_variable) or wanted.image_default


def _dotted(version: Version) -> str:
    return f"{version[0]}.{version[1]}"


def _last_line(output: str) -> str:
    """The last line that tells something: Docker puts a hint at its own help below what went wrong."""
    lines = [line for line in output.splitlines() if line.strip() and not DOCKERS_HINT.match(line)]
    return lines[-1] if lines else "it said nothing"
