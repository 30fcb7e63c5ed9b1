"""Does the service's memory grow with the number of requests?"""

from __future__ import annotations

import asyncio
import os
from itertools import pairwise
from pathlib import Path

import aiohttp

from bench.figure import Figure
from bench.service.process import EVERYTHING, HEADERS, Server, service

REQUESTS = int(os.environ.get("BENCH_GROWTH_REQUESTS", "200000"))
LOOKS = [REQUESTS // 10, REQUESTS * 3 // 10, REQUESTS // 2, REQUESTS]
"""After how many requests memory is read. The goal is for what grows after the second look: the newest 10,000 runs can
be rated, and memory has to find its size."""

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
    seen: list[float] = []
    with service(repository, EVERYTHING) as server:
        for begin, end in pairwise((0, *LOOKS)):
            asyncio.run(send(server, end - begin))
            seen.append(server.memory_mb())
    return [
        *(Figure(f"memory after {count} requests", found, "MB") for count, found in zip(LOOKS, seen, strict=True)),
        Figure(f"memory grown in the last {REQUESTS - LOOKS[1]}", seen[-1] - seen[1], "MB", GOAL_MB),
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
