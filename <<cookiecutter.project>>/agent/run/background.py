"""Runs that go on after their client has left."""

import asyncio
from typing import Any


class BackgroundRuns:
    """Each ends by its deadline, and a stop of the service waits for all of them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def add(self, task: asyncio.Task[Any]) -> None:
        """Hold a run's task until it has ended; asyncio itself does not."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def ended(self) -> None:
        """Wait until all have ended, however they do."""
        while self._tasks:
            await asyncio.wait(self._tasks)
