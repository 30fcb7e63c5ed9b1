"""Package managers as sources, without root and without prompts: the private cache, or the user's Homebrew."""

from collections.abc import Sequence
from typing import Protocol

from rollout.rehearsal.cache import NO_HOME, Cache, Unpacker, folder_of
from rollout.rehearsal.machine import World
from rollout.rehearsal.programs import Program, Requirement, last_line, probe

INSTALL_WITHIN_SECONDS = 1800.0


class Packager(Unpacker, Protocol):
    """A package manager that exists on some machines only."""

    def obstacle(self, world: World) -> str | None: ...


class Unpacked:
    """Downloads packages with the system's package manager into the cache. Installs nothing."""

    def __init__(self, packager: Packager) -> None:
        self._packager, self.name = packager, packager.name
        self.way = f"will be downloaded with {self.name}, into {{folder}}"

    def obstacle(self, world: World) -> str | None:
        """Why this source cannot be used on this machine; None if it can."""
        if obstacle := self._packager.obstacle(world):
            return obstacle
        cache = cache_of(world)
        return cache.obstacle() if cache else NO_HOME

    def refusal(self, wanted: Requirement) -> str | None:
        """Why it cannot get this program; None if it can."""
        if wanted.is_packaged:
            return None
        return f"{wanted.package} works only where it is installed, not where it is unpacked"

    def bring(self, wanted: Sequence[Requirement], world: World, troubles: list[str]) -> dict[str, Program]:
        """The programs that are in the cache after the download."""
        if (cache := cache_of(world)) is None:
            return {}
        names = " and ".join(each.name for each in wanted)
        world.say(f"{names}: downloading with {self.name} into {cache.folder}, without installing anything")
        cache.fill(wanted, self._packager, troubles)
        return in_cache(wanted, world)


class Brew:
    """Homebrew, which installs into the user's prefix."""

    name, way = "brew", "will be installed with brew, into your prefix"

    def obstacle(self, world: World) -> str | None:
        """Why this source cannot be used on this machine; None if it can."""
        return None if world.which("brew") else "it is not on PATH"

    def refusal(self, wanted: Requirement) -> str | None:
        """Why it cannot get this program; None if it can."""
        return None if wanted.is_packaged else f"it has no {wanted.name}"

    def bring(self, wanted: Sequence[Requirement], world: World, troubles: list[str]) -> dict[str, Program]:
        """The programs that are on PATH after the installation."""
        command = ["brew", "install", *dict.fromkeys(each.package for each in wanted)]
        world.say(f"running: {' '.join(command)}")
        with world.moving("brew"):
            answer = world.run(command, INSTALL_WITHIN_SECONDS)
        if answer.code:
            troubles.append(f"brew failed with code {answer.code}: {last_line(answer.output, 3)}")
        return {name: Program(name, each.argv, "package") for name, each in on_path(wanted, world, troubles).items()}


def on_path(wanted: Sequence[Requirement], world: World, troubles: list[str]) -> dict[str, Program]:
    """The programs on PATH that are new enough."""
    found = {}
    for each in wanted:
        if path := next(filter(None, map(world.which, each.names)), None):
            program = Program(each.name, (path,), "path")
            if trouble := probe(each, program, world):
                troubles.append(trouble)
            else:
                found[each.name] = program
    return found


def in_cache(wanted: Sequence[Requirement], world: World) -> dict[str, Program]:
    """The programs in the cache that still run."""
    cache = cache_of(world)
    looked_up = {each.name: cache.find(each) for each in wanted if each.is_packaged} if cache else {}
    return {name: program for name, program in looked_up.items() if program}


def cache_of(world: World) -> Cache | None:
    folder = folder_of(world.environment, world.os_release, world.architecture)
    return Cache(folder, world) if folder else None
