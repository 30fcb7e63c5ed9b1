"""Finds HAProxy and Prometheus, or gets them: `python -m rollout.rehearsal.parts [--check] [--replay]`. With
`--replay`, Alertmanager too.

This module and its imports use only the standard library: `make` runs it before there is an environment.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from rollout.errors import ProgramMissing
from rollout.rehearsal.apt import Apt
from rollout.rehearsal.cache import folder_of
from rollout.rehearsal.containers import Containers
from rollout.rehearsal.dnf import Dnf
from rollout.rehearsal.machine import Machine, World
from rollout.rehearsal.packages import Brew, Unpacked, in_cache, on_path
from rollout.rehearsal.programs import PARTS, REPLAY_PARTS, TOOLS, Program, Requirement, dotted

REFUSED, INTERRUPTED = 2, 3


class Source(Protocol):
    """A source of programs."""

    name: str
    way: str
    """How the source gets a program, with {image} and {folder} as placeholders."""

    def obstacle(self, world: World) -> str | None:
        """Why this source cannot be used on this machine; None if it can. Quick; changes nothing."""

    def refusal(self, wanted: Requirement) -> str | None:
        """Why it cannot get this program; None if it can."""

    def bring(self, wanted: Sequence[Requirement], world: World, troubles: list[str]) -> dict[str, Program]:
        """The programs that the source could get, of those that it does not refuse; adds every error to `troubles`."""


SOURCES: tuple[Source, ...] = (Unpacked(Apt()), Unpacked(Dnf()), Brew(), Containers())


def find_programs(wanted: Sequence[Requirement], world: World) -> dict[str, Program]:
    """Find each program by name; get missing ones from the first source that can provide them.

    Raises ProgramMissing, once for all programs, with what was tried and what to do.
    """
    troubles: list[str] = []
    found = _present(wanted, world, troubles)
    for source in SOURCES:
        missing = [each for each in wanted if each.name not in found]
        if not missing:
            break
        if obstacle := source.obstacle(world):
            troubles.append(f"{source.name}: {obstacle}")
            continue
        refusals = {each: source.refusal(each) for each in missing}
        troubles += [f"{source.name}: {why}" for why in refusals.values() if why]
        if offered := [each for each, why in refusals.items() if not why]:
            found |= source.bring(offered, world, troubles)
    if missing := [each for each in wanted if each.name not in found]:
        raise ProgramMissing(_message(missing, world, troubles))
    return found


def check(wanted: Sequence[Requirement], world: World) -> dict[str, str]:
    """For each program, where it is or how it will be installed. Downloads nothing. Raises ProgramMissing."""
    troubles: list[str] = []
    present = _present(wanted, world, troubles)
    found = {name: program.place for name, program in present.items()}
    for source in SOURCES:
        missing = [each for each in wanted if each.name not in found]
        if not missing:
            break
        if obstacle := source.obstacle(world):
            troubles.append(f"{source.name}: {obstacle}")
            continue
        folder = folder_of(world.environment, world.os_release, world.architecture)
        found |= {
            each.name: source.way.format(image=each.image(world.environment), folder=folder)
            for each in missing
            if not source.refusal(each)
        }
    if missing := [each for each in wanted if each.name not in found]:
        raise ProgramMissing(_message(missing, world, troubles))
    return found


@cache
def tool(name: str) -> Program:
    """One program, wherever this machine has it: haproxy, prometheus, promtool or alertmanager."""
    return find_programs([TOOLS[name]], Machine())[name]


def _present(wanted: Sequence[Requirement], world: World, troubles: list[str]) -> dict[str, Program]:
    found = on_path(wanted, world, troubles)
    return found | in_cache([each for each in wanted if each.name not in found], world)


def _message(missing: Sequence[Requirement], world: World, troubles: Sequence[str]) -> str:
    names = " and ".join(each.name for each in missing)
    versions = " and ".join(f"{each.name} {dotted(each.minimum)} or newer" for each in missing)
    images = " ".join(f"{each.image_variable}={each.image(world.environment)}" for each in missing)
    return "\n".join(
        [
            f"Rehearsals need {names}, which could not be found or installed. Do one of these, then try again:",
            f"  1. install {versions} on PATH",
            f"  2. start Docker, to run them in containers: {images}",
            "What was tried:",
            *(f"  - {trouble}" for trouble in troubles),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 found, 2 could not be found or installed."""
    parser = argparse.ArgumentParser(
        prog="python -m rollout.rehearsal.parts", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--check", action="store_true", help="only print where they are or how they will be installed")
    parser.add_argument("--replay", action="store_true", help="also Alertmanager, which only `rollout replay` needs")
    chosen = parser.parse_args(arguments)
    wanted = REPLAY_PARTS if chosen.replay else PARTS
    try:
        print(*lines(Machine(), wanted, only_check=chosen.check), sep="\n")
    except ProgramMissing as error:
        print(error, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("interrupted: partial downloads were removed", file=sys.stderr)
        return INTERRUPTED
    return 0


def lines(world: World, wanted: Sequence[Requirement] = PARTS, *, only_check: bool = False) -> list[str]:
    """A line for each program. Gets missing ones, unless this is only a check. Raises ProgramMissing."""
    if only_check:
        return [f"{name}: {where}" for name, where in check(wanted, world).items()]
    return [f"{name}: {program.place}" for name, program in find_programs(wanted, world).items()]


if __name__ == "__main__":
    sys.exit(main())
