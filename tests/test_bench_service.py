"""The service's benchmarks give no figure of requests that fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bench.service import growth, overload, streams
from bench.service.answers import Unanswered, ended_well

DONE = 'event: token\ndata: {"text": "x"}\n\nevent: done\ndata: {}\n\n'
FAILED = 'event: token\ndata: {"text": "x"}\n\nevent: error\ndata: {}\n\n'
CUT = 'event: token\ndata: {"text": "x"}\n\n'
SILENT = "event: done\ndata: {}\n\n"

Answer = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def served(answer: Answer) -> AsyncIterator[str]:
    """A service's URL, which answers everything like this."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def answers(status: int = 200, text: str = DONE) -> Answer:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=text)

    return answer


async def as_it_must(request: web.Request) -> web.Response:
    """Every request of `growth` gets the status that it names."""
    body = await request.json() if request.method == "POST" else None
    (status,) = {each[3] for each in growth.KINDS if each[:3] == (request.method, request.path, body)}
    return web.Response(status=status, text=DONE)


async def grow(answer: Answer) -> None:
    async with served(answer) as url:
        await growth.send(url, 2 * len(growth.KINDS))


async def overloaded(answer: Answer) -> overload.Seen:
    async with served(answer) as url:
        return await overload.load(url, excess=True, seconds=0.2)


async def one_stream(answer: Answer) -> float:
    async with served(answer) as url, aiohttp.ClientSession() as session:
        return await streams.stream(session, url)


def is_unanswered(measuring: Coroutine[None, None, object]) -> bool:
    """Whether it ends without a figure, and all of its clients with it."""
    with pytest.raises(ExceptionGroup) as ended:
        asyncio.run(measuring)
    return ended.value.subgroup(Unanswered) is not None


def test_memory_is_measured_over_requests_that_get_what_they_must() -> None:
    asyncio.run(grow(as_it_must))


@pytest.mark.parametrize("status", [200, 401, 422, 429, 500, 503])
def test_memory_is_not_measured_over_requests_that_all_end_alike(status: int) -> None:
    assert is_unanswered(grow(answers(status)))


def test_a_stream_that_fails_is_not_measured() -> None:
    async def failing_stream(request: web.Request) -> web.Response:
        return web.Response(text=FAILED) if request.path == "/agent/stream" else await as_it_must(request)

    assert is_unanswered(grow(failing_stream))


@pytest.mark.parametrize("text", [FAILED, CUT, SILENT, ""])
def test_a_stream_without_a_token_or_its_end_has_no_time_to_its_first_token(text: str) -> None:
    assert not ended_well(text)
    with pytest.raises(Unanswered):
        asyncio.run(one_stream(answers(text=text)))


def test_a_stream_that_ends_well_has_one() -> None:
    assert asyncio.run(one_stream(answers())) > 0


@pytest.mark.parametrize("status", [401, 429, 500])
def test_an_answer_that_is_neither_a_run_nor_a_503_is_no_refusal(status: int) -> None:
    assert is_unanswered(overloaded(answers(status)))


def test_a_503_is_a_refusal() -> None:
    seen = asyncio.run(overloaded(answers(503)))
    assert seen.refused
    assert not seen.admitted
