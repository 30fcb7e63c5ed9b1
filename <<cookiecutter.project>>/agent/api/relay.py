"""Hands the events of a run from its own task to the response that sends them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from agent.api.problems import report
from agent.errors import SlowClientError
from agent.metrics import Metrics
from agent.run import BackgroundRuns, Event, RunRequest, RunResult

MOST_WAITING = 100
"""Events that a slow client has not read yet; the run waits for it then, up to its deadline."""


class Runs(Protocol):
    """What a stream needs of a runner."""

    async def stream(self, request: RunRequest, emit: Callable[[Event], Awaitable[None]]) -> RunResult: ...


@dataclass(frozen=True)
class Remaining:
    """Where a run goes on without its client, and where its error is then reported."""

    background: BackgroundRuns
    metrics: Metrics


class Relay:
    """One run. Its task is its own: its deadline and its context must not depend on who asks for the next event."""

    def __init__(self, runs: Runs, request: RunRequest, remaining: Remaining | None) -> None:
        self._runs, self._request, self._remaining = runs, request, remaining
        self._waiting: asyncio.Queue[Event | RunResult | Exception] = asyncio.Queue(MOST_WAITING)
        self._has_left = False
        self._task = asyncio.create_task(self._run())

    async def next(self) -> Event | RunResult:
        """The next event or, last, the result. Raises what the run does."""
        event = await self._waiting.get()
        if isinstance(event, Exception):
            raise event
        return event

    async def close(self) -> None:
        """Cancel the run, or let it go on in what is `remaining`."""
        if self._remaining is None:
            self._task.cancel()
            await asyncio.wait([self._task])
        else:
            self._has_left = True
            self._remaining.background.add(self._task)
            discard(self._waiting)  # a run that waited for its client goes on

    async def _run(self) -> None:
        try:
            last: RunResult | Exception = await self._runs.stream(self._request, self._send)
        except Exception as error:
            if isinstance(error, SlowClientError):
                discard(self._waiting)  # so that the end of the stream can still reach the client
            last = error
        await self._send(last)

    async def _send(self, event: Event | RunResult | Exception) -> None:
        if not self._has_left:
            await self._waiting.put(event)
        elif isinstance(event, Exception) and self._remaining is not None:
            report(event, self._remaining.metrics)


async def events_of(
    runs: Runs, request: RunRequest, remaining: Remaining | None = None
) -> AsyncGenerator[Event | RunResult]:
    """The events of a run and, last, its result. Closing it closes the run's relay. Raises what the run does."""
    relay = Relay(runs, request, remaining)
    try:
        while True:
            event = await relay.next()
            yield event
            if isinstance(event, RunResult):
                return
    finally:
        await relay.close()


def discard(waiting: asyncio.Queue[Any]) -> None:
    """Remove all events that wait."""
    while not waiting.empty():
        waiting.get_nowait()
