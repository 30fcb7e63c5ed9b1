"""A fake machine for a test: its programs, what its package managers offer, and its commands' output."""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Self

from rollout.rehearsal.machine import Finished

HAPROXY_SAYS = "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/\nStatus: long-term supported"
PROMETHEUS_SAYS = "prometheus, version 2.42.0+ds (branch: debian/sid)\n  build user: team"
VERSIONS = {
    "haproxy": HAPROXY_SAYS,
    "prometheus": PROMETHEUS_SAYS,
    "promtool": PROMETHEUS_SAYS.replace("prometheus,", "promtool,"),
}
ARCHIVES = {
    "haproxy": ["haproxy_2.6_amd64.deb", "liblua5.4-0_5.4_amd64.deb", "adduser_3.1_all.deb"],
    "prometheus": ["prometheus_2.42_amd64.deb", "promtool_2.42_amd64.deb", "libjs-jquery_3.6_all.deb"],
}
RPMS = {
    "haproxy": ["haproxy-2.8-1.x86_64.rpm", "liblua-5.4-1.x86_64.rpm", "shadow-1-1.noarch.rpm"],
    "/usr/bin/prometheus": ["prometheus-2.55-1.x86_64.rpm", "promtool-2.55-1.x86_64.rpm"],
}
FILES = {
    "haproxy": "usr/sbin/haproxy",
    "liblua": "usr/lib/liblua.so.5",
    "prometheus": "usr/bin/prometheus",
    "promtool": "usr/bin/promtool",
}
DEBIAN = {"ID": "debian", "VERSION_ID": "13", "VERSION_CODENAME": "trixie"}


class FakeWorld:
    """`programs` are on PATH. A package manager installs what it is asked for; `home` contains the cache."""

    def __init__(
        self,
        *programs: str,
        home: Path = Path("/no/home"),
        environment: Mapping[str, str] | None = None,
        user: str = "1000:1000",
        os_release: Mapping[str, str] = DEBIAN,
        says: Mapping[str, str] | None = None,
    ) -> None:
        self.programs = set(programs)
        self.environment = {"HOME": str(home), **(environment or {})}
        self.user, self.os_release, self.architecture = user, os_release, "x86_64"
        self._says = {**VERSIONS, **(says or {})}
        self._fails: list[tuple[str, Finished]] = []
        self.said: list[str] = []
        self.ran: list[str] = []

    def fails(self, words: str, says: str, code: int = 1) -> Self:
        """Commands with these words fail with this."""
        self._fails.append((words, Finished(code, says)))
        return self

    def which(self, name: str) -> str | None:
        return f"/bin/{name}" if name in self.programs else None

    def run(self, argv: Sequence[str], timeout_seconds: float) -> Finished:
        assert timeout_seconds > 0
        command = " ".join(argv)
        self.ran.append(command)
        for words, answer in self._fails:
            if words in command:
                return answer
        return self._obey(argv, command)

    def say(self, line: str) -> None:
        self.said.append(line)

    def moving(self, what: str, folder: Path | None = None) -> AbstractContextManager[object]:
        assert folder is None or folder.is_dir(), what
        return nullcontext()

    def downloads(self) -> list[str]:
        """The commands that install something on this machine."""
        return [command for command in self.ran if re.search(r" (install|update|download|--entrypoint=\S+) ", command)]

    def _obey(self, argv: Sequence[str], command: str) -> Finished:
        match list(argv):
            case ["brew", "install", *names]:
                self.programs |= set(names) & VERSIONS.keys()
            case ["apt-get", "-c", configuration, "install", *_, package]:
                put(ARCHIVES[package], Path(configuration).parent / "cache" / "archives")
            case ["dnf", *_, destination, package]:
                put(RPMS[package], Path(destination.partition("=")[2]))
            case [*_, archive, tree] if archive.endswith((".deb", ".rpm")):
                unpack(Path(archive).name, Path(tree))
        return Finished(0, next((said for name, said in self._says.items() if asks(command, name)), ""))


def asks(command: str, name: str) -> bool:
    """Whether this command runs the program, directly or in a container."""
    return f"/{name} -" in command or f"--entrypoint={name} " in command


def put(names: Sequence[str], folder: Path) -> None:
    """A download."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()


def unpack(archive: str, tree: Path) -> None:
    """The content of an archive, extracted."""
    file = tree / next(file for start, file in FILES.items() if archive.startswith(start))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
