"""Runs the programs in containers, if Docker is available."""

import re
from collections.abc import Sequence

from rollout.rehearsal.machine import World
from rollout.rehearsal.programs import Program, Requirement, judge_version, last_line

ENGINE_WITHIN_SECONDS, PULL_WITHIN_SECONDS = 5.0, 900.0
HINT = re.compile(r"(Run|See) 'docker .*--help'.*")


class Containers:
    """Pulls the programs' images, the same ones that production uses."""

    name, way = "docker", "will run in a container of {image}"

    def obstacle(self, world: World) -> str | None:
        """Why this source cannot be used on this machine; None if it can."""
        docker = world.which("docker")
        if docker is None:
            return "it is not on PATH"
        engine = world.run([docker, "ps", "--quiet"], ENGINE_WITHIN_SECONDS)
        return f"the Docker engine does not answer: {error_in(engine.output)}" if engine.code else None

    def refusal(self, _: Requirement) -> str | None:
        """Each program has an image."""
        return None

    def bring(self, wanted: Sequence[Requirement], world: World, troubles: list[str]) -> dict[str, Program]:
        """The programs whose image runs here."""
        docker = world.which("docker") or "docker"
        found = {}
        for each in wanted:
            program = container(each, docker, world)
            world.say(f"{each.name}: using the container image {program.image}")
            # This also pulls the image, so that a later start does not wait for a registry.
            with world.moving(f"{each.name}: pulling its image"):
                answer = world.run(program.command([each.version_flag]), PULL_WITHIN_SECONDS)
            if answer.code:
                troubles.append(f"docker: {program.image} does not run: {error_in(answer.output)}")
            elif trouble := judge_version(each, program.image, answer.output):
                troubles.append(trouble)
            else:
                found[each.name] = program
        return found


def container(wanted: Requirement, docker: str, world: World) -> Program:
    # Host network and our user: the container's ports and files are those of a plain process.
    options = ("run", "--rm", "--init", "--network=host", f"--user={world.user}")
    return Program(wanted.name, (docker, *options), "container", wanted.image(world.environment))


def error_in(output: str) -> str:
    """The error, without the hint that Docker prints below it."""
    return last_line(HINT.sub("", output))
