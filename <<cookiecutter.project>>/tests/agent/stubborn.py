"""A wait that reports its first cancellation as an error, as asyncpg does if a timeout comes with it."""

import asyncio


class Stubborn:
    """`began` is set at the first wait, and `waits` counts them."""

    def __init__(self) -> None:
        self.waits, self.began = 0, asyncio.Event()

    async def wait(self, error: Exception) -> None:
        """For longer than any test. Raises the error for a first cancellation."""
        self.waits += 1
        self.began.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if self.waits > 1:
                raise
            raise error from None
