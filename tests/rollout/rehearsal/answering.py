"""Servers for the load generator, in the test's own event loop: a regular HTTP server, and one with scripted bytes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from tests.waiting import wait_until

Handler = Callable[[web.Request], Awaitable[web.Response]]
Reaction = Callable[[int, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[str]:
    """The URL of a server that answers `POST /agent/run`."""
    app = web.Application()
    app.router.add_post("/agent/run", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def reacting(reaction: Reaction) -> AsyncIterator[str]:
    """The URL of a server that reads requests and calls `reaction(number of the request, its writer)`."""
    seen = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                await reader.readexactly(size)
                seen += 1
                await reaction(seen, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client or the reaction closed the connection
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def until(seen: Callable[[], bool], within_seconds: float = 10) -> None:
    await asyncio.to_thread(wait_until, seen, within_seconds)
