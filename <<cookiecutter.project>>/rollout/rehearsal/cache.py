"""The private cache of programs: one folder for each package, created atomically."""

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
NO_HOME = "there is no home folder to keep programs in: set XDG_CACHE_HOME to a writable folder"
READ_ONLY = "{} is not writable: set XDG_CACHE_HOME to a writable folder"


class Unpacker(Protocol):
    """Downloads a package and unpacks it, without root and without changing the system."""

    name: str

    def unpack(self, package: str, tree: Path, work: Path, world: World) -> str | None:
        """Unpack the package's programs into `tree`; `work` is for temporary files. Returns the error, if any."""


def folder_of(environment: Mapping[str, str], os_release: Mapping[str, str], architecture: str) -> Path | None:
    """The cache folder for this system; None without a home folder."""
    base, home = environment.get("XDG_CACHE_HOME", ""), environment.get("HOME", "")
    if not base.startswith("/"):  # the XDG specification says to ignore a relative path
        if not home.startswith("/"):
            return None
        base = f"{home}/.cache"
    version = os_release.get("VERSION_ID") or os_release.get("VERSION_CODENAME") or "rolling"
    system = "-".join([os_release.get("ID") or "unknown", version, architecture])
    return Path(base) / "agent-release" / "parts" / re.sub(r"[^A-Za-z0-9._-]", "_", system)


class Cache:
    """The programs downloaded earlier for this system, and a safe way to download more."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder, self._world = folder, world

    def obstacle(self) -> str | None:
        """Why the cache cannot be filled; None if it can."""
        there = next((each for each in (self.folder, *self.folder.parents) if os.access(each, os.F_OK)), self.folder)
        return None if os.access(there, os.W_OK | os.X_OK) else READ_ONLY.format(self.folder)

    def find(self, wanted: Requirement) -> Program | None:
        """The program, if it is cached and still runs: a system upgrade may have removed its libraries."""
        try:
            program = laid_out(wanted, self.folder / wanted.package)
        except OSError:  # another user's, without access for us
            return None
        return program if program and probe(wanted, program, self._world) is None else None

    def fill(self, wanted: Sequence[Requirement], source: Unpacker, troubles: list[str]) -> None:
        """Download the packages of these programs; adds every error to `troubles`."""
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
        """Check the unpacked programs before they are used; the first error, or None."""
        found = []
        for each in wanted:
            program = laid_out(each, tree)
            trouble = probe(each, program, self._world) if program else f"its package holds no {each.name}"
            found += [trouble] if trouble else []
        return found

    def _settle(self, tree: Path) -> None:
        """Move it to its place. The old folder no longer runs, so it can be absent for a moment."""
        for file in tree.rglob("*"):
            if file.is_file() and not file.is_symlink():
                with file.open("rb") as written:
                    os.fsync(written.fileno())  # otherwise a power cut could leave an empty file under the final name
        place = self.folder / tree.name
        if place.exists():
            place.rename(tree.with_name(f"{tree.name}.old"))
        tree.rename(place)

    def _sweep(self) -> None:
        """With the lock held, remove what killed processes left behind."""
        for left in self.folder.glob(f"{FILLING}*"):
            shutil.rmtree(left, ignore_errors=True)


def laid_out(wanted: Requirement, tree: Path) -> Program | None:
    """The program in an unpacked package. Its libraries are set for this program only."""
    places = (tree / "usr" / folder / wanted.name for folder in ("sbin", "bin"))
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        return None
    libraries = ":".join(sorted({str(file.parent) for file in tree.rglob("lib*.so*")}))
    wrapper = ("/usr/bin/env", f"LD_LIBRARY_PATH={libraries}") if libraries else ()
    return Program(wanted.name, (*wrapper, str(path)), "cache")


@contextmanager
def locked(path: Path, world: World) -> Iterator[bool]:
    """Wait for the lock and hold it. False if the file system has no locks: continue without one."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            world.say("waiting for another process that downloads the same programs")
            with world.moving("waiting for the other process", path.parent):
                fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            yield False
            return
        yield True
