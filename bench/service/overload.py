"""Twice as many requests as the service admits: how fast are the refusals, and does it harm what is admitted?"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.figure import Figure, quantile
from bench.service.answers import Unanswered
from bench.service.process import HEADERS, service

SECONDS = float(os.environ.get("BENCH_OVERLOAD_SECONDS", "20"))
RUNNING = 8
LATENCY_SECONDS = 0.5
EXCESS_PER_SECOND = 40.0
GOAL_REFUSED_SECONDS = 0.010
GOAL_RATIO = 1.33
BODY = {"task": "Hello"}


@dataclass
class Seen:
    """How long answers took, in seconds."""

    admitted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)


def measure(repository: Path) -> list[Figure]:
    limits = {"AGENT_MAX_RUNNING": str(RUNNING), "AGENT_MAX_QUEUED": "0"}
    with service(repository, {"AGENT_MODEL": f"offline:latency={LATENCY_SECONDS:g}s", **limits}) as server:
        alone = asyncio.run(load(server.url, excess=False))
        over = asyncio.run(load(server.url, excess=True))
    if not over.refused or alone.refused:
        raise Unanswered(f"{len(over.refused)} requests were refused under overload, {len(alone.refused)} without")
    return [
        Figure("overload: requests refused with 503", len(over.refused), "count"),
        Figure("overload: p99 of a refusal", quantile(over.refused, 0.99), "s", GOAL_REFUSED_SECONDS),
        Figure("overload: the fastest refusal", min(over.refused), "s"),
        Figure("overload: median of a refusal", quantile(over.refused, 0.5), "s"),
        Figure(
            "overload: median of the admitted",
            quantile(over.admitted, 0.5) / quantile(alone.admitted, 0.5),
            "x without",
            GOAL_RATIO,
        ),
        Figure(
            "overload: p99 of the admitted",
            quantile(over.admitted, 0.99) / quantile(alone.admitted, 0.99),
            "x without",
            GOAL_RATIO,
        ),
    ]


async def load(url: str, *, excess: bool, seconds: float = SECONDS) -> Seen:
    """Clients that keep all slots busy and, with `excess`, as many requests again."""
    seen, until = Seen(), time.monotonic() + seconds
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=HEADERS, connector=connector) as session, asyncio.TaskGroup() as clients:
        for _ in range(RUNNING):
            clients.create_task(client(session, url, seen, until))
        if excess:
            clients.create_task(flood(session, url, seen, until))
    return seen


async def client(session: aiohttp.ClientSession, url: str, seen: Seen, until: float) -> None:
    while time.monotonic() < until:
        if not await ask(session, url, seen):
            await asyncio.sleep(0.05)


async def flood(session: aiohttp.ClientSession, url: str, seen: Seen, until: float) -> None:
    async with asyncio.TaskGroup() as group:
        while time.monotonic() < until:
            group.create_task(ask(session, url, seen))
            await asyncio.sleep(1 / EXCESS_PER_SECOND)


async def ask(session: aiohttp.ClientSession, url: str, seen: Seen) -> bool:
    began = time.perf_counter()
    async with session.post(f"{url}/agent/run", json=BODY) as response:
        text = await response.text()
    if response.status not in (200, 503):
        raise Unanswered(f"{response.status}: {text}")
    (seen.admitted if response.status == 200 else seen.refused).append(time.perf_counter() - began)
    return response.status == 200
