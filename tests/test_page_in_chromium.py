"""The page to try the agent, used in a browser. `python -m tests.test_page_in_chromium` takes its docs' picture."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chromium import Page, opened
from tests.source import PROJECT, TEMPLATE

SOURCE = TEMPLATE / PROJECT
LISTENS = re.compile(r"running on (http://\S+)")
PICTURE = SOURCE / "docs" / "reference" / "page.png"
PNG = b"\x89PNG\r\n\x1a\n"


@contextmanager
def service(model: str = "offline:window=4000") -> Iterator[str]:
    """The service, as `make run` starts it; its URL."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_")}
    own = {"PYTHONPATH": str(SOURCE), "AGENT_PORT": "0", "AGENT_MODEL": model}
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w+") as log:
        process = subprocess.Popen([sys.executable, "-m", "agent"], cwd=folder, env=kept | own, stderr=log)
        try:
            while not (listens := LISTENS.search(Path(log.name).read_text())):
                assert process.poll() is None, Path(log.name).read_text()
                time.sleep(0.05)
            yield f"{listens[1]}/"
        finally:
            process.terminate()
            process.wait()


async def tried(page: Page) -> None:
    """Run the task that the page proposes."""
    await page.until("document.getElementById('about')?.textContent.includes('offline')")
    await page.value("document.getElementById('send').click()")
    await page.until("document.getElementById('usage').rows.length > 0")


@pytest.mark.browser
def test_a_new_user_gets_an_answer_its_usage_and_the_context_bar() -> None:
    async def scenario(url: str) -> None:
        async with opened(url) as page:
            await tried(page)
            assert await page.value("document.getElementById('answer').textContent") == "The answer is 36."
            assert "calculate" in await page.value("document.getElementById('calls').textContent")
            assert "of 4000 tokens" in await page.value("document.getElementById('filled').textContent")
            assert 0 < await page.value("document.getElementById('bar').value") < 1
            assert "tool calls1" in await page.value("document.getElementById('usage').textContent")
            assert (await page.picture()).startswith(PNG)

    with service() as url:
        asyncio.run(scenario(url))


@pytest.mark.browser
def test_a_cut_answer_is_said_to_be_one() -> None:
    async def scenario(url: str) -> None:
        async with opened(url) as page:
            await page.until("document.getElementById('about')?.textContent.includes('offline')")
            await page.value("document.getElementById('task').value = 'Sing me a song.'")
            await page.value("document.getElementById('send').click()")
            await page.until("document.getElementById('answer').textContent.includes('The answer is cut')")

    with service("offline:max_tokens=8") as url:
        asyncio.run(scenario(url))


def test_the_docs_show_its_picture() -> None:
    assert PICTURE.read_bytes().startswith(PNG)
    assert "(page.png)" in (PICTURE.parent / "service.md").read_text()


async def take(url: str) -> None:
    """Write the picture of the docs."""
    async with opened(url) as page:
        await tried(page)
        PICTURE.write_bytes(await page.picture())


if __name__ == "__main__":
    with service() as url:
        asyncio.run(take(url))
    print(f"written: {PICTURE}")
