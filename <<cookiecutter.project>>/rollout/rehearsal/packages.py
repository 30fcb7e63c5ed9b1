"""Installing what is missing with the system's package manager, never without consent."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rollout.rehearsal.machine import World


@dataclass(frozen=True)
class Packager:
    """A package manager. `names` holds the packages that are not called like their program."""

    name: str
    install: tuple[str, ...]
    refresh: tuple[str, ...] = ()
    needs_root: bool = True
    names: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


PACKAGERS = (
    Packager(
        "apt-get",
        # Without the recommended packages: prometheus' bring an exporter that listens on a port of its own.
        install=("apt-get", "install", "--yes", "--no-install-recommends"),
        refresh=("apt-get", "update"),
        # Packages can't be told not to start their service without changing the machine's policy: so say it.
        note="On a machine with systemd the package also starts a service; end it with: systemctl disable --now",
    ),
    # Fedora's package of Prometheus changed its name; what it provides did not.
    Packager("dnf", install=("dnf", "install", "--assumeyes"), names={"prometheus": "/usr/bin/prometheus"}),
    Packager("brew", install=("brew", "install"), needs_root=False),
)


def install(programs: Sequence[str], world: World, troubles: list[str], *, yes: bool) -> bool:
    """Install the programs if somebody agrees: `yes`, the variable CI, or the answer at the terminal.

    True when it was done; else what stood in the way is added to `troubles`.
    """
    packager = next((each for each in PACKAGERS if world.which(each.name)), None)
    if packager is None:
        troubles.append(f"package manager: none of {', '.join(each.name for each in PACKAGERS)} is on PATH")
        return False
    root = _become_root(packager, world)
    if root is None:
        troubles.append(f"{packager.name}: it needs root, and there is no sudo")
        return False
    command = [*root, *packager.install, *(packager.names.get(name, name) for name in programs)]
    note = f"{packager.note} {' '.join(programs)}" if packager.note else ""
    refusal = _refusal(command, note, world, yes=yes)
    if refusal:
        troubles.append(f"{packager.name}: {refusal}")
        return False
    return _run(command, [*root, *packager.refresh] if packager.refresh else [], world, troubles)


def _become_root(packager: Packager, world: World) -> list[str] | None:
    if not packager.needs_root or world.user.startswith("0:"):
        return []
    sudo = world.which("sudo")
    return [sudo] if sudo else None


def _refusal(command: Sequence[str], note: str, world: World, *, yes: bool) -> str | None:
    """Why the command may not run; None when it may."""
    if yes or world.environment.get("CI"):
        if note:
            world.say(note)
        return None
    missing = f"Missing on this machine. Install with: {shlex.join(command)} ?"
    answer = world.ask(f"{note}\n{missing}" if note else missing)
    if answer is None:
        return "not used: no terminal to ask at, and neither --yes nor the variable CI is set"
    return None if answer else "not used: you said no"


def _run(command: Sequence[str], refresh: Sequence[str], world: World, troubles: list[str]) -> bool:
    world.say(f"Running: {shlex.join(command)}")
    if refresh:
        # Its failure decides nothing: one dead source of many is common, and the packages may be known already.
        world.run(refresh, timeout_seconds=None)
    answer = world.run(command, timeout_seconds=None)
    if answer.code:
        last_lines = " / ".join(answer.output.strip().splitlines()[-3:])
        troubles.append(f"{shlex.join(command)} failed with code {answer.code}: {last_lines}")
    return answer.code == 0
