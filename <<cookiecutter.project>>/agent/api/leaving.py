"""A client that leaves before its answer ends its run."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.types import Receive

T = TypeVar("T")


class ClientLeft(Exception):
    """The client has left; its run was cancelled."""


async def unless_left(run: Awaitable[T], receive: Receive) -> T:
    """A run's result, as long as its client stays.

    Raises:
        ClientLeft: it has left, and the run was cancelled and has ended.
        Exception: what the run raises.
    """
    running, leaving = asyncio.ensure_future(run), asyncio.create_task(_left(receive))
    try:
        await asyncio.wait((running, leaving), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            return running.result()
        raise ClientLeft
    finally:
        running.cancel()
        leaving.cancel()
        await asyncio.wait((running, leaving))


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass  # an empty end of the body
