"""What the service costs beside bare FastAPI, in CPU time per request, which a busy machine changes little."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from statistics import median

import aiohttp

from bench.figure import Figure
from bench.service.process import HEADERS, Server, bare, service

ROUNDS = 5
REQUESTS = int(os.environ.get("BENCH_SERVICE_REQUESTS", "2000"))
"""Of each server, in each round; of runs, a tenth."""

GOAL_RATIO = 1.33
TASK = {"task": "What is 15 % of 240?"}


def measure(repository: Path) -> list[Figure]:
    with service(repository) as full, bare(repository) as plain:
        for server in (full, plain):  # imports and first connections are not what a request costs
            cpu_per_request(server, "/health", 100), cpu_per_request(server, "/agent/run", 50)
        health, run, nothing = [], [], []
        for _ in range(ROUNDS):
            health.append((cpu_per_request(full, "/health", REQUESTS), cpu_per_request(plain, "/health", REQUESTS)))
            runs = REQUESTS // 10
            run.append((cpu_per_request(full, "/agent/run", runs), cpu_per_request(plain, "/agent/run", runs)))
            nothing.append(cpu_per_request(plain, "/nothing", REQUESTS))
    framework = median(alone for _, alone in run) - median(nothing)
    return [
        Figure("/health: CPU beside bare FastAPI", ratio(health), "x", GOAL_RATIO),
        Figure("a run: CPU beside the same agent behind bare FastAPI", ratio(run), "x", GOAL_RATIO),
        Figure("a run: CPU of the service", 1000 * median(ours for ours, _ in run), "ms"),
        Figure("a run: CPU of the agent framework, with model and tool", 1000 * framework, "ms"),
        Figure("a bare POST: CPU", 1000 * median(nothing), "ms"),
    ]


def ratio(pairs: list[tuple[float, float]]) -> float:
    """The median of the rounds' ratios: both servers of a round see the same machine."""
    return median(ours / theirs for ours, theirs in pairs)


def cpu_per_request(server: Server, path: str, count: int) -> float:
    """The server's CPU seconds for each of these requests, sent one after the other on one connection."""
    before = server.cpu_seconds()
    asyncio.run(send(server.url + path, count))
    return (server.cpu_seconds() - before) / count


async def send(url: str, count: int) -> None:
    body = None if url.endswith("/health") else TASK
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        for _ in range(count):
            async with session.request("POST" if body else "GET", url, json=body) as response:
                await response.read()
                response.raise_for_status()
