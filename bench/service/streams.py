"""Streams: the memory of many open ones, and how much later than the model's the first token comes."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median

import aiohttp
from pydantic_ai import ModelMessage, ModelRequest
from pydantic_ai.models import ModelRequestParameters

from agent.models import make_model
from bench.figure import Figure
from bench.service.answers import STREAM_PATH, Unanswered, ended_well
from bench.service.process import EVERYTHING, HEADERS, Server, bare, service

OPEN = 1_000
GOAL_MB = 400
FIRST_TOKENS = 200
LATENCY = "offline:latency=100ms"
GOAL_MS = 5
HELLO = "Hello"


def measure(repository: Path) -> list[Figure]:
    with service(repository, EVERYTHING | {"AGENT_MODEL": "offline:latency=60s"}) as server:
        idle_mb = server.memory_mb()
        open_mb = asyncio.run(memory_of_open_streams(server))
    with service(repository, EVERYTHING | {"AGENT_MODEL": LATENCY}) as server:
        seconds = asyncio.run(first_tokens(server))
    with bare(repository, LATENCY) as server:
        at_bare = asyncio.run(first_tokens(server))
    own = asyncio.run(first_tokens_of_the_model())
    return [
        Figure(f"memory with {OPEN} open streams", open_mb, "MB", GOAL_MB),
        Figure("memory without a stream", idle_mb, "MB"),
        Figure("time to the first token, above the model's own", 1000 * (median(seconds) - median(own)), "ms", GOAL_MS),
        Figure("the same, of the fastest stream", 1000 * (min(seconds) - min(own)), "ms"),
        Figure("the same, behind bare FastAPI", 1000 * (median(at_bare) - median(own)), "ms"),
    ]


async def memory_of_open_streams(server: Server) -> float:
    """The service's memory in MB while all streams are open, and none has an event."""
    async with aiohttp.ClientSession(headers=HEADERS, connector=aiohttp.TCPConnector(limit=0)) as session:
        streams = [asyncio.create_task(stream(session, server.url)) for _ in range(OPEN)]
        while await in_flight(session, server) < OPEN:
            await asyncio.sleep(0.2)
            for each in streams:
                if each.done():
                    raise Unanswered(f"a stream ended before all were open: {each.exception()}")
        found = server.memory_mb()
        for each in streams:
            each.cancel()
        await asyncio.gather(*streams, return_exceptions=True)
    return found


async def stream(session: aiohttp.ClientSession, url: str) -> float:
    """The seconds to the first token of one stream, which is read to its end."""
    began, first, lines = time.perf_counter(), 0.0, []
    async with session.post(url + STREAM_PATH, json={"task": HELLO}) as response:
        response.raise_for_status()
        async for line in response.content:
            if not first and line.startswith(b"event: token"):
                first = time.perf_counter() - began
            lines.append(line.decode())
    if not ended_well("".join(lines)):
        raise Unanswered(f"a stream ended with {lines[-3:]}")
    return first


async def in_flight(session: aiohttp.ClientSession, server: Server) -> int:
    async with session.get(f"{server.url}/metrics") as response:
        lines = (await response.text()).splitlines()
    return int(float(next(line for line in lines if line.startswith("agent_requests_in_flight ")).split()[1]))


async def first_tokens(server: Server) -> list[float]:
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        await stream(session, server.url)
        return [await stream(session, server.url) for _ in range(FIRST_TOKENS)]


async def first_tokens_of_the_model() -> list[float]:
    """The same, of the model alone."""
    model, found = make_model(LATENCY), []
    for _ in range(FIRST_TOKENS):
        began = time.perf_counter()
        request: list[ModelMessage] = [ModelRequest.user_text_prompt(HELLO)]
        async with model.request_stream(request, None, ModelRequestParameters()) as response:
            async for _event in response:
                found.append(time.perf_counter() - began)
                break
    return found
