"""The deadline of a run."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from agent.errors import DeadlineError


@asynccontextmanager
async def deadline(
    seconds: float, began: float | None = None, late: Callable[[float], Exception] = DeadlineError
) -> AsyncIterator[None]:
    """Cancel the body after some seconds and raise `late`'s error. The body's own TimeoutErrors are not converted.

    The seconds count from `began`, a time of the loop's clock; from now without one.
    """
    timer = asyncio.timeout_at((asyncio.get_running_loop().time() if began is None else began) + seconds)
    try:
        async with timer:
            yield
    except TimeoutError as error:
        if timer.expired():
            raise late(seconds) from error
        raise
