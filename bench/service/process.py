"""A server as a process of its own: its CPU time and its memory, as the kernel counts them."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from rollout.rehearsal.process import free_port

START_WITHIN_SECONDS = 120.0
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
TOKEN = f"agt_{secrets.token_urlsafe(32)}"
HEADERS = {"authorization": f"Bearer {TOKEN}"}

# What production has on. No traces: they go to a collector that most services do not have.
EVERYTHING = {
    "AGENT_AUTH": "auto",
    "AGENT_TOKENS_FILE": "tokens",
    "AGENT_REQUESTS_PER_MINUTE": "10000000",
    "AGENT_CONVERSATIONS": "conversations.db",
    "AGENT_BUDGET_TOKENS": "1000000000000",
    "AGENT_CALLER_BUDGET_COST_USD": "1000000",
    "AGENT_LOG_FORMAT": "json",
}


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """What it has used so far, of all cores, kernel included."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def memory_mb(self) -> float:
        """Its resident memory now."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


@contextmanager
def service(repository: Path, settings: Mapping[str, str] = EVERYTHING) -> Iterator[Server]:
    """The service with these settings, and a token for HEADERS if it has a file of tokens."""
    port = free_port()
    with _process(repository, [sys.executable, "-m", "agent"], port, {"AGENT_PORT": str(port), **settings}) as server:
        yield server


@contextmanager
def bare(repository: Path, model: str = "offline") -> Iterator[Server]:
    """The bare application, with a model."""
    port = free_port()
    with _process(repository, [sys.executable, "-m", "bench.service.bare", str(port), model], port, {}) as server:
        yield server


@contextmanager
def _process(repository: Path, command: list[str], port: int, settings: Mapping[str, str]) -> Iterator[Server]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_")}
    path = {"PYTHONPATH": f"{Path(__file__).parents[2]}:{repository.resolve()}"}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tokens").write_text(f"bench {sha256(TOKEN.encode()).hexdigest()}\n")
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=folder, env={**kept, **path, **settings}, stdout=log, stderr=log)
        server = Server(f"http://127.0.0.1:{port}", process.pid)
        try:
            _wait(server, process, Path(folder) / "log")
            yield server
        finally:
            process.kill()
            process.wait()


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/health", timeout=5):  # noqa: S310  the URL is our own
                return
        except urllib.error.URLError:
            time.sleep(0.05)
    raise RuntimeError(log.read_text())
