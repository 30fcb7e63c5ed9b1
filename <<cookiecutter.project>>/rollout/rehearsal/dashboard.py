"""The page of a rehearsal, written while it runs."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from rollout.dashboard import Source, Writer

EVERY_SECONDS = 2.0


@dataclass
class Page:
    """`over` is whether nothing will change any more."""

    over: bool = False


@asynccontextmanager
async def written(source: Source, path: Path | None) -> AsyncIterator[Page]:
    """Write the page every two seconds, and once more at the end. A page that can't be written is said once, and ends
    no rehearsal. Without a path, do nothing."""
    page, ended = Page(), asyncio.Event()
    if path is None:
        yield page
        return
    task = asyncio.create_task(_keep_writing(Writer(source, path, every_seconds=EVERY_SECONDS), page, ended))
    try:
        yield page
    finally:
        ended.set()
        await task


async def _keep_writing(writer: Writer, page: Page, ended: asyncio.Event) -> None:
    try:
        while not ended.is_set():
            await asyncio.to_thread(writer.update, over=False)
            await _wait(ended, writer.every_seconds)
        await asyncio.to_thread(writer.update, over=page.over)
    except OSError as error:
        print(f"the dashboard can't be written: {error}", file=sys.stderr, flush=True)


async def _wait(ended: asyncio.Event, at_most_seconds: float) -> None:
    try:
        await asyncio.wait_for(ended.wait(), at_most_seconds)
    except TimeoutError:
        return
