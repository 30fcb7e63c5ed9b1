"""The service in this process, sampled while another process sends requests."""

import logging
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from pyinstrument import Profiler
from pyinstrument.session import Session

from agent.api import create_app
from agent.serving import server_of
from agent.settings import Settings
from agent.stopping import Readiness, Server

ROOT = Path(__file__).parents[1]
INTERVAL_SECONDS = 0.001
WARM_UP = 0.1
"""Of the requests: imports and first connections are not what a request costs."""


class LoadFailed(Exception):
    """The load got errors instead of answers, so its profile would be one of errors."""


@dataclass(frozen=True)
class Load:
    """How many requests, how many of them at once, and to which path."""

    requests: int
    at_once: int
    path: str


@dataclass(frozen=True)
class Profile:
    """What was sampled, and the service's metrics before and after."""

    session: Session
    before: str
    after: str


def profile(settings: Settings, load: Load) -> Profile:
    """Serve this load, and sample it. Raises StartError, LoadFailed."""
    readiness = Readiness()
    server = server_of(settings, create_app(settings, readiness), readiness)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    driver = Driver(server, load)
    driver.start()
    server.run()
    driver.join()
    if driver.failure is not None:
        raise LoadFailed(driver.failure)
    session = driver.profiler.last_session
    if session is None:
        raise LoadFailed("the service did not start: its log says why")
    return Profile(session, driver.before, driver.after)


class Driver(threading.Thread):
    """Loads a server that runs in the main thread, and stops it at the end."""

    def __init__(self, server: Server, load: Load) -> None:
        super().__init__(daemon=True)
        self._server, self._load = server, load
        self.profiler = Profiler(INTERVAL_SECONDS, async_mode="disabled")
        self.before = self.after = ""
        self.failure: str | None = None

    def run(self) -> None:
        while not self._server.started:
            if self._server.should_exit:
                return
            time.sleep(0.01)
        try:
            self._drive()
        finally:
            self._server.should_exit = True

    def _drive(self) -> None:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        url, loop = f"http://127.0.0.1:{port}", self._server.servers[0].get_loop()
        if not self._send(url, max(self._load.at_once, int(self._load.requests * WARM_UP))):
            return
        self.before = _metrics(url)
        loop.call_soon_threadsafe(self.profiler.start)
        self._send(url, self._load.requests)
        loop.call_soon_threadsafe(self.profiler.stop)
        self.after = _metrics(url)  # answered by the loop, so after the stop

    def _send(self, url: str, count: int) -> bool:
        command = [sys.executable, "-m", "profiling.load", url, str(count), str(self._load.at_once), self._load.path]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            self.failure = done.stderr.strip()
        return done.returncode == 0


def _metrics(url: str) -> str:
    with urllib.request.urlopen(f"{url}/metrics", timeout=30) as response:  # noqa: S310  the URL is our own
        return str(response.read(), "utf-8")
