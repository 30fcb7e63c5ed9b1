"""`python -m bench.hostile KIND PORT`: one client that wishes the router ill, from an address of its own, until it is
told to end."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

ADDRESS = "127.0.0.66"
CONNECTIONS = 4050
PAUSE_SECONDS = 0.05
"""It is the limits that are measured, not who has more of this machine's cores."""

PART_BYTES = 64 * 1024
HEAD = "POST /agent/run HTTP/1.1\r\nhost: agent\r\ncontent-type: application/json\r\n"


@cache
def large_body() -> list[bytes]:
    """In parts, as programs send it. Made once: it costs a core for a second, which is not what is measured."""
    body = json.dumps(dict.fromkeys(map(str, range(1_000_000)), 1)).encode()
    return [body[start : start + PART_BYTES] for start in range(0, len(body), PART_BYTES)]


async def a_million_keys(port: int) -> None:
    """Sends 12 MB of JSON."""
    parts = large_body()
    await send(port, f"{HEAD}content-length: {sum(map(len, parts))}\r\n\r\n".encode(), *parts)


async def a_body_without_end(port: int) -> None:
    chunk = b"4000\r\n%b\r\n" % (b"x" * 0x4000)
    await send(port, f"{HEAD}transfer-encoding: chunked\r\n\r\n".encode(), *[chunk] * 10_000)


async def a_body_without_end_of_known_length(port: int) -> None:
    """As large as it may be, a kilobyte at a time."""
    parts = [b"x" * 1024] * 1000
    await send(port, f"{HEAD}content-length: 1048576\r\n\r\n".encode(), *parts, pause_seconds=PAUSE_SECONDS)


async def stalled_connections(port: int) -> None:
    """Holds as many as it is given, and asks for more."""
    await asyncio.gather(*(stall(port, number) for number in range(CONNECTIONS)))


async def stall(port: int, number: int) -> None:
    await asyncio.sleep(number / 1000)
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(ADDRESS, 0))
            with closing(writer):
                writer.write(f"{HEAD}content-length: 24\r\n\r\n{{".encode())
                await reader.read()
        await asyncio.sleep(CONNECTIONS / 500)


async def signed_requests(port: int) -> None:
    """Digest: another credential at each request."""
    for number in range(1000):
        signed = f'authorization: Digest username="ann", nonce="{number}", response="{number}"\r\n'
        await send(port, f"{HEAD}{signed}content-length: 2\r\nconnection: close\r\n\r\n{{}}".encode())
        await asyncio.sleep(PAUSE_SECONDS)


async def send(port: int, *parts: bytes, pause_seconds: float = 0.0) -> None:
    """Send a request on a connection of its own until it is answered or refused."""
    with suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(ADDRESS, 0))
        with closing(writer):
            answer = asyncio.create_task(reader.read(100))
            for part in parts:
                if answer.done():
                    break
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause_seconds)
            await answer


@contextmanager
def closing(writer: asyncio.StreamWriter) -> Iterator[None]:
    try:
        yield
    finally:
        writer.transport.abort()


KINDS: dict[str, Callable[[int], Awaitable[None]]] = {
    kind.__name__.replace("_", " "): kind
    for kind in (
        a_million_keys,
        a_body_without_end,
        a_body_without_end_of_known_length,
        stalled_connections,
        signed_requests,
    )
}


async def go_on(kind: str, port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(ADDRESS, 0))  # an error ends the benchmark
    with closing(writer):
        pass
    while True:
        with suppress(OSError):
            await KINDS[kind](port)
        await asyncio.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    asyncio.run(go_on(sys.argv[1], int(sys.argv[2])))
