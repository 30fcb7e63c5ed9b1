"""Does the service's memory grow with the number of requests?"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import aiohttp

from bench.figure import Figure
from bench.service.process import EVERYTHING, HEADERS, Server, service

REQUESTS = int(os.environ.get("BENCH_GROWTH_REQUESTS", "200000"))
WARM_UP = min(30_000, REQUESTS // 2)
"""The newest 10,000 runs can be rated, the newest 1,000 summaries are kept, and memory has to find its size."""

AT_ONCE = 8
GOAL_MB = 10
# Of ten requests, one is a run with a tool, one a stream, and the others are refused or are nothing but a look.
KINDS = (
    ("POST", "/agent/run", {"task": "What is 15 % of 240?"}),
    ("POST", "/agent/stream", {"task": "Hello"}),
    *[("POST", "/agent/run", {"wrong": "x"})] * 4,
    *[("GET", "/health", None)] * 2,
    ("GET", "/info", None),
    ("GET", "/nowhere", None),
)


def measure(repository: Path) -> list[Figure]:
    with service(repository, EVERYTHING) as server:
        asyncio.run(send(server, WARM_UP))
        before = server.memory_mb()
        asyncio.run(send(server, REQUESTS - WARM_UP))
        grown = server.memory_mb() - before
    return [
        Figure(f"memory after {WARM_UP} requests", before, "MB"),
        Figure(f"memory grown in the next {REQUESTS - WARM_UP}", grown, "MB", GOAL_MB),
    ]


async def send(server: Server, count: int) -> None:
    numbers = iter(range(count))

    async def client(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            method, path, body = KINDS[number % len(KINDS)]
            async with session.request(method, server.url + path, json=body) as response:
                await response.read()
                if response.status >= 500:
                    raise RuntimeError(await response.text())

    async with aiohttp.ClientSession(headers=HEADERS) as session:
        await asyncio.gather(*(client(session) for _ in range(AT_ONCE)))
