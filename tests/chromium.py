"""Chromium without a window, driven over its DevTools protocol: enough to use a page and to take a picture of it."""

from __future__ import annotations

import asyncio
import base64
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0")
LISTENS = "DevTools listening on "
START_SECONDS = 60.0
WITHIN_SECONDS = 60.0


@dataclass
class Page:
    """An open page."""

    socket: aiohttp.ClientWebSocketResponse
    numbers: count[int]

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a command of the protocol."""
        number = next(self.numbers)
        await self.socket.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(WITHIN_SECONDS):
            while True:
                message = await self.socket.receive_json()
                if message.get("id") == number:
                    assert "error" not in message, message
                    found: dict[str, Any] = message["result"]
                    return found

    async def value(self, script: str) -> Any:
        """The value of a script's last expression."""
        found = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until a script's value is true."""
        async with asyncio.timeout(WITHIN_SECONDS):
            while not await self.value(script):  # noqa: ASYNC110  another process's
                await asyncio.sleep(0.05)

    async def picture(self) -> bytes:
        """The page as a PNG."""
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def opened(url: str, width: int = 800, height: int = 1_000) -> AsyncIterator[Page]:
    """A page in a Chromium of its own."""
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    assert program is not None, "this needs Chromium: .ci/programs installs it, or  sudo apt-get install chromium"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        size = f"--window-size={width},{height}"
        process = await asyncio.create_subprocess_exec(
            program, *FLAGS, size, f"--user-data-dir={profile}", url, stderr=asyncio.subprocess.PIPE
        )
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(await _address(process, session, url)) as ws,
            ):
                yield Page(ws, count())
        finally:
            process.kill()
            await process.wait()


async def _address(process: asyncio.subprocess.Process, session: aiohttp.ClientSession, url: str) -> str:
    """Where the page's own socket is."""
    assert process.stderr is not None
    async with asyncio.timeout(START_SECONDS):
        async for line in process.stderr:
            if LISTENS in (text := line.decode().strip()):
                port = text.removeprefix(LISTENS).split("/")[2]
                break
        while True:
            async with session.get(f"http://{port}/json/list") as response:
                pages = [page for page in await response.json() if page["type"] == "page" and page["url"] == url]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
            await asyncio.sleep(0.05)
