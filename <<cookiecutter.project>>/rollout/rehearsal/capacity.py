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

MEASURED_SECONDS = 2.0


async def requests_per_second(url: str, tasks: Sequence[str], in_time_seconds: float) -> float:
    """Keep `POST {url}/agent/run` busy for a moment; returns the good answers a second within `in_time_seconds`."""
    bodies = itertools.cycle(json.dumps({"task": task}).encode() for task in tasks)
    began = time.monotonic() + WARM_UP_SECONDS
    until = began + MEASURED_SECONDS
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=WARM_UP_SECONDS + MEASURED_SECONDS),
        headers={"content-type": "application/json"},
    ) as session:
        counts = await asyncio.gather(
            *(_answers(session, f"{url}/agent/run", bodies, began, until, in_time_seconds) for _ in range(AT_ONCE))
        )
    return sum(counts) / MEASURED_SECONDS


async def _answers(
    session: aiohttp.ClientSession,
    url: str,
    bodies: "itertools.cycle[bytes]",
    began: float,
    until: float,
    in_time_seconds: float,
) -> int:
    many = 0
    while (sent := time.monotonic()) < until:
        try:
            async with session.post(url, data=next(bodies)) as response:
                await response.read()
        except (aiohttp.ClientError, TimeoutError):
            await asyncio.sleep(0.05)
            continue
        ended = time.monotonic()
        many += response.status == 200 and began <= ended < until and ended - sent <= in_time_seconds
    return many
