"""The private cache of programs: each package's files in a folder that appears in one step, complete, or not at all."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rollout.rehearsal.machine import World
from rollout.rehearsal.programs import Program, Requirement, probe

FILLING = "filling-"
NO_HOME = "no home folder to keep programs in: set XDG_CACHE_HOME to a folder that can be written"
READ_ONLY = "{} cannot be written: set XDG_CACHE_HOME to a folder that can"


class Unpacker(Protocol):
    """Gets a package and lays its files out, without root and without changing the system."""

    name: str

    def unpack(self, package: str, tree: Path, work: Path, world: World) -> str | None:
        """Lay out what runs the package's programs in `tree`; `work` is for anything else. What went wrong, if so."""


def folder_of(environment: Mapping[str, str], os_release: Mapping[str, str], architecture: str) -> Path | None:
    """Where the programs of this very system are kept; None where nobody has a home."""
    base, home = environment.get("XDG_CACHE_HOME", ""), environment.get("HOME", "")
    if not base.startswith("/"):  # a relative one has to be ignored, says its specification
        if not home.startswith("/"):
            return None
        base = f"{home}/.cache"
    version = os_release.get("VERSION_ID") or os_release.get("VERSION_CODENAME") or "rolling"
    system = "-".join([os_release.get("ID") or "unknown", version, architecture])
    return Path(base) / "agent-release" / "parts" / re.sub(r"[^A-Za-z0-9._-]", "_", system)


class Cache:
    """The programs of this system that were brought before, and a safe way to bring more."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder, self._world = folder, world

    def obstacle(self) -> str | None:
        """Why nothing can be brought here; None when it can."""
        there = next((each for each in (self.folder, *self.folder.parents) if os.access(each, os.F_OK)), self.folder)
        return None if os.access(there, os.W_OK | os.X_OK) else READ_ONLY.format(self.folder)

    def find(self, wanted: Requirement) -> Program | None:
        """The program, if it is here and still runs: an upgrade of the system may have taken its libraries away."""
        try:
            program = laid_out(wanted, self.folder / wanted.package)
        except OSError:  # somebody else's, and closed to us
            return None
        return program if program and probe(wanted, program, self._world) is None else None

    def fill(self, wanted: Sequence[Requirement], source: Unpacker, troubles: list[str]) -> None:
        """Bring the packages of these programs; whatever goes wrong is added to `troubles`."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self.folder / "lock", self._world) as alone:
                if alone:
                    self._sweep()
                self._fill([each for each in wanted if not self.find(each)], source, troubles)
        except OSError as error:
            troubles.append(f"{source.name}: {error.filename or self.folder}: {error.strerror}")

    def _fill(self, wanted: Sequence[Requirement], source: Unpacker, troubles: list[str]) -> None:
        work = Path(tempfile.mkdtemp(prefix=FILLING, dir=self.folder))
        try:
            for package in dict.fromkeys(each.package for each in wanted):
                tree = work / package
                with self._world.moving(f"{package}: {source.name}", work):
                    trouble = source.unpack(package, tree, work, self._world)
                found = (
                    [trouble] if trouble else self._judge(tree, [each for each in wanted if each.package == package])
                )
                if not found:
                    self._settle(tree)
                troubles += [f"{source.name}: {each}" for each in found]
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _judge(self, tree: Path, wanted: Sequence[Requirement]) -> list[str]:
        """What is wrong with what was laid out, before anybody relies on it."""
        found = []
        for each in wanted:
            program = laid_out(each, tree)
            trouble = probe(each, program, self._world) if program else f"its package holds no {each.name}"
            found += [trouble] if trouble else []
        return found

    def _settle(self, tree: Path) -> None:
        """Put it in its place. What was there no longer runs, so nobody misses it in between."""
        for file in tree.rglob("*"):
            if file.is_file() and not file.is_symlink():
                with file.open("rb") as written:
                    os.fsync(written.fileno())  # or a power cut could leave an empty file under the final name
        place = self.folder / tree.name
        if place.exists():
            place.rename(tree.with_name(f"{tree.name}.old"))
        tree.rename(place)

    def _sweep(self) -> None:
        """Nobody else is at work here: remove what killed processes left behind."""
        for left in self.folder.glob(f"{FILLING}*"):
            shutil.rmtree(left, ignore_errors=True)


def laid_out(wanted: Requirement, tree: Path) -> Program | None:
    """The program in an unpacked package. Its own libraries are for it alone, never for what else we start."""
    places = (tree / "usr" / folder / wanted.name for folder in ("sbin", "bin"))
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        return None
    libraries = ":".join(sorted({str(file.parent) for file in tree.rglob("lib*.so*")}))
    wrapper = ("/usr/bin/env", f"LD_LIBRARY_PATH={libraries}") if libraries else ()
    return Program(wanted.name, (*wrapper, str(path)), "cache")


@contextmanager
def locked(path: Path, world: World) -> Iterator[bool]:
    """Hold the lock, after whoever has it now. False where the file system knows no locks: then go on without."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            world.say("another process is bringing the same programs: waiting for it")
            with world.moving("waiting for the other process", path.parent):
                fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            yield False
            return
        yield True
