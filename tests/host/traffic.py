"""The load of a rehearsal, in a thread, while a test does something else."""

import asyncio
from contextlib import suppress

from rollout.live.counts import Counts
from rollout.rehearsal.load import Load, tasks_of
from tests.asking import ask
from tests.host.background import Background
from tests.pace import pace
from tests.repository import REPOSITORY
from tests.waiting import wait_until


class Traffic(Background):
    """While entered, sends as many requests as this machine can handle; `counts` are the latest, and the final ones
    afterwards."""

    def __init__(self, url: str, requests_per_second: float | None = None) -> None:
        super().__init__()
        self._tasks = tasks_of(REPOSITORY)
        self._url, self._requests_per_second = url, requests_per_second or pace().requests_per_second
        self.counts = Counts()

    async def run(self) -> None:
        async with Load(self._url, self._tasks, self._requests_per_second, timeout_seconds=30) as load:
            while not self.told_to_end:
                self.counts = load.counts()
                await asyncio.sleep(0.05)
            self.counts = await load.stop()


def served_by(url: str, within_seconds: float = 20) -> str:
    """The release that currently answers with 200."""
    found: list[str] = []

    def answered() -> bool:
        with suppress(OSError):
            answer = ask(url, "What is 2 + 2?", timeout_seconds=10)
            found[:] = [str(answer.release)] if answer.status == 200 else []
        return bool(found)

    wait_until(answered, within_seconds)
    return found[0]
