"""The programs in containers, where Docker is."""

import re
from collections.abc import Sequence

from rollout.rehearsal.machine import World
from rollout.rehearsal.programs import Program, Requirement, judge_version, last_line

ENGINE_WITHIN_SECONDS, PULL_WITHIN_SECONDS = 5.0, 900.0
HINT = re.compile(r"(Run|See) 'docker .*--help'.*")


class Containers:
    """Pulls the images of the programs, which production uses too."""

    name, way = "docker", "will run in a container of {image}"

    def obstacle(self, world: World) -> str | None:
        """Why it is of no use on this machine; None when it is."""
        docker = world.which("docker")
        if docker is None:
            return "it is not on PATH"
        engine = world.run([docker, "ps", "--quiet"], ENGINE_WITHIN_SECONDS)
        return f"its engine does not answer: {told(engine.output)}" if engine.code else None

    def bring(self, wanted: Sequence[Requirement], world: World, troubles: list[str]) -> dict[str, Program]:
        """Those whose image runs here."""
        docker = world.which("docker") or "docker"
        found = {}
        for each in wanted:
            program = container(each, docker, world)
            world.say(f"{each.name}: using the container image {program.image}")
            # This pulls the image too, so that no start-up deadline has to wait for a registry later.
            with world.moving(f"{each.name}: pulling its image"):
                answer = world.run(program.command([each.version_flag]), PULL_WITHIN_SECONDS)
            if answer.code:
                troubles.append(f"docker: {program.image} does not run: {told(answer.output)}")
            elif trouble := judge_version(each, program.image, answer.output):
                troubles.append(trouble)
            else:
                found[each.name] = program
        return found


def container(wanted: Requirement, docker: str, world: World) -> Program:
    # Host network and our own user: the ports and files of a container are then those of a plain process.
    options = ("run", "--rm", "--init", "--network=host", f"--user={world.user}")
    return Program(wanted.name, (docker, *options), "container", wanted.image(world.environment))


def told(output: str) -> str:
    """What went wrong: Docker puts a hint at its own help below it."""
    return last_line(HINT.sub("", output))
