"""Chromium without a window, told what to do over its DevTools protocol."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from base64 import b64decode
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.waiting import wait_until

NAMES = ("chromium", "chromium-browser", "google-chrome")
STARTS_WITHIN_SECONDS = 60.0
NAVIGATED = "navigated or closed"
FLAGS = ("--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking")


def program() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser(AbstractAsyncContextManager["Browser"]):
    """One tab. `requested` are the addresses that it has loaded or tried to; `complaints` are the console's."""

    def __init__(self) -> None:
        self.requested: list[str] = []
        self.complaints: list[str] = []
        self._number = 0

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True))
            )
            root = ("--no-sandbox",) if os.getuid() == 0 else ()  # it refuses to run as root otherwise
            command = [str(program()), *FLAGS, *root, "--remote-debugging-port=0", f"--user-data-dir={folder}"]
            process = await asyncio.create_subprocess_exec(
                *command, "about:blank", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.push_async_callback(process.wait)
            stack.callback(process.terminate)
            said = folder / "DevToolsActivePort"
            wait_until(lambda: said.exists() and len(said.read_text().splitlines()) == 2, STARTS_WITHIN_SECONDS)
            port = said.read_text().splitlines()[0]
            session = await stack.enter_async_context(aiohttp.ClientSession())
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                tab = next(each for each in await answer.json() if each["type"] == "page")
            self._socket = await stack.enter_async_context(
                session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0)
            )
            for domain in ("Page", "Network", "Log", "Runtime"):
                await self.do(f"{domain}.enable")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command; returns its result. What happens meanwhile is noted."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            said = json.loads(await self._socket.receive_str(timeout=STARTS_WITHIN_SECONDS))
            if said.get("id") == self._number:
                assert NAVIGATED in str(said.get("error", NAVIGATED)), said
                result: dict[str, Any] = said.get("result", {})
                return result
            self._note(said.get("method", ""), said.get("params", {}))

    def _note(self, event: str, values: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.requested.append(values["request"]["url"])
        elif event == "Log.entryAdded":
            self.complaints.append(values["entry"]["text"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(values["exceptionDetails"]["text"])

    async def open(self, page: Path, *, width: int = 1240, dark: bool = False) -> None:
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.do("Emulation.setEmulatedMedia", features=[theme])
        await self.do("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        await self.do("Page.navigate", url=page.as_uri())
        await self.wait_for("document.readyState === 'complete'")

    async def wait_for(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        for _ in range(200):
            if await self.value(condition):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never: {condition}")

    async def value(self, expression: str) -> Any:
        """The value of a JavaScript expression; None while the page is being loaded again."""
        answer = await self.do("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        return answer.get("result", {}).get("value")

    async def names(self, role: str) -> list[str]:
        """What a screen reader hears of each element with this role."""
        tree = await self.do("Accessibility.getFullAXTree")
        nodes = [each for each in tree["nodes"] if not each["ignored"] and each["role"]["value"] == role]
        return [each["name"]["value"] for each in nodes]

    async def picture(self) -> bytes:
        """The whole page as PNG."""
        height = await self.value("document.documentElement.scrollHeight")
        width = await self.value("document.documentElement.clientWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        taken = await self.do("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        return b64decode(taken["data"])
