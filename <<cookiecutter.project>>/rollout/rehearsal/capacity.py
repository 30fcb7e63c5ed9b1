"""Measures this machine's capacity: the requests a second that stable answers in time."""

import asyncio
import itertools
import json
import time
from collections.abc import Sequence

import aiohttp

AT_ONCE = 8
"""Enough to keep one process busy, few enough for immediate answers."""

WARM_UP_SECONDS = 0.5
"""A process answers its first requests more slowly."""

ENOUGH_ANSWERS = 200
MEASURED_SECONDS = 2.0
"""The measurement ends after that many good answers or seconds, whichever comes first."""


async def requests_per_second(url: str, tasks: Sequence[str], in_time_seconds: float) -> float:
    """Keep `POST {url}/agent/run` busy for a moment; returns the good answers a second within `in_time_seconds`."""
    bodies = itertools.cycle(json.dumps({"task": task}).encode() for task in tasks)
    began = time.monotonic() + WARM_UP_SECONDS
    until = began + MEASURED_SECONDS
    good_at: list[float] = []

    async def ask(session: aiohttp.ClientSession) -> None:
        while (sent := time.monotonic()) < until and len(good_at) < ENOUGH_ANSWERS:
            try:
                async with session.post(f"{url}/agent/run", data=next(bodies)) as response:
                    await response.read()
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(0.05)
                continue
            ended = time.monotonic()
            if response.status == 200 and began <= ended < until and ended - sent <= in_time_seconds:
                good_at.append(ended)

    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=WARM_UP_SECONDS + MEASURED_SECONDS),
        headers={"content-type": "application/json"},
    ) as session:
        await asyncio.gather(*(ask(session) for _ in range(AT_ONCE)))
    if len(good_at) < ENOUGH_ANSWERS:
        return len(good_at) / MEASURED_SECONDS
    return ENOUGH_ANSWERS / (good_at[ENOUGH_ANSWERS - 1] - began)
