"""The machine that runs the rehearsal: its system, the programs on PATH, and running them."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rollout.rehearsal.movement import Movement


@dataclass(frozen=True)
class Finished:
    """A finished program: its exit code, and its stdout and stderr combined."""

    code: int
    output: str


class World(Protocol):
    """Everything outside that the search for a program uses."""

    @property
    def environment(self) -> Mapping[str, str]: ...
    @property
    def user(self) -> str:
        """The current user, as "uid:gid"."""

    @property
    def os_release(self) -> Mapping[str, str]:
        """The content of /etc/os-release; empty if there is none."""

    @property
    def architecture(self) -> str: ...
    def which(self, name: str) -> str | None: ...
    def run(self, argv: Sequence[str], timeout_seconds: float) -> Finished: ...
    def say(self, line: str) -> None: ...
    def moving(self, what: str, folder: Path | None = None) -> AbstractContextManager[object]:
        """While entered, show progress and the folder's size."""


class Machine:
    """This machine."""

    @property
    def environment(self) -> Mapping[str, str]:
        return os.environ

    @property
    def user(self) -> str:
        return f"{os.getuid()}:{os.getgid()}"

    @property
    def os_release(self) -> Mapping[str, str]:
        try:
            return platform.freedesktop_os_release()
        except OSError:
            return {}

    @property
    def architecture(self) -> str:
        return platform.machine()

    def which(self, name: str) -> str | None:
        return shutil.which(name, path=with_system_folders(os.environ.get("PATH", os.defpath)))

    def run(self, argv: Sequence[str], timeout_seconds: float) -> Finished:
        """Run a program to its end. Never raises: a program that cannot start gives code 127, a timeout 124."""
        try:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=timeout_seconds,
                check=False,
            )
        except OSError as error:
            return Finished(127, str(error))
        except subprocess.TimeoutExpired:
            return Finished(124, f"{argv[0]} did not end within {timeout_seconds:g} s")
        return Finished(done.returncode, done.stdout)

    def say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    def moving(self, what: str, folder: Path | None = None) -> AbstractContextManager[object]:
        return Movement(what, folder)


def with_system_folders(path: str) -> str:
    """A PATH with each `sbin` next to its `bin`: HAProxy is in `sbin`, which a normal user's PATH often lacks."""
    folders = path.split(os.pathsep)
    beside = [str(Path(folder).with_name("sbin")) for folder in folders if Path(folder).name == "bin"]
    return os.pathsep.join([*folders, *beside])
