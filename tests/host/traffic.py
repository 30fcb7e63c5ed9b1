"""The load of a rehearsal, in a thread of its own, while a test does other things."""

import asyncio
import threading
import time
import urllib.request
from types import TracebackType
from typing import Self

from rollout.live.counts import Counts
from rollout.rehearsal.load import Load, tasks_of
from tests.pace import pace
from tests.repository import REPOSITORY


class Traffic:
    """Requests from `with` on until its end, as many as this machine has room for; `counts` are the latest, and
    the final ones afterwards."""

    def __init__(self, url: str, requests_per_second: float | None = None) -> None:
        self._tasks = tasks_of(REPOSITORY)
        self._url, self._requests_per_second = url, requests_per_second or pace().requests_per_second
        self._told = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self.counts = Counts()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._told.set()
        self._thread.join()

    async def _run(self) -> None:
        async with Load(self._url, self._tasks, self._requests_per_second, timeout_seconds=30) as load:
            while not self._told.is_set():
                self.counts = load.counts()
                await asyncio.sleep(0.05)
            self.counts = await load.stop()


def served_by(url: str, within_seconds: float = 20) -> str:
    """The release that answers now."""
    deadline = time.monotonic() + within_seconds
    while True:
        body = b'{"task": "What is 2 + 2?"}'
        request = urllib.request.Request(f"{url}/agent/run", data=body, headers={"content-type": "application/json"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return str(answer.headers["x-release"])
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
