"""The page in Chromium, from a file: what it shows, hears, loads, and what happens while it is written again."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rollout.dashboard import Board, page
from tests.rollout.dashboard.answers import FIRING, seen
from tests.rollout.dashboard.boards import board
from tests.rollout.dashboard.browser import Browser
from tests.rollout.report.examples import HOSTILE, engine_died, rolled_back_at_5_percent
from tests.rollout.report.journals import Journal

pytestmark = pytest.mark.browser

RUNNING = board(engine_died(), seen(None, FIRING), running=True)
OVER = board(rolled_back_at_5_percent(), seen())
LUMINANCE = """((colour) => { const [r, g, b] = colour.match(/\\d+/g).map((x) => { x /= 255;
  return x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; })"""


def written(path: Path, found: Board, every_seconds: float, age_seconds: float = 0.0) -> Path:
    path.write_text(page(replace(found, time=time.time() - age_seconds), every_seconds), encoding="utf-8")
    return path


def browse(look: Callable[[Browser], Awaitable[None]]) -> None:
    async def browsing() -> None:
        async with Browser() as browser:
            await look(browser)

    asyncio.run(browsing())


def test_it_is_shown_from_a_file_without_a_complaint_and_loads_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path / "page.html", RUNNING, 60)

    async def look(browser: Browser) -> None:
        await browser.open(path)
        assert browser.complaints == []
        assert set(browser.requested) == {path.as_uri()}
        text = await browser.value("document.body.innerText")
        assert "Running at 25 %" in text
        assert "my-agent@1.5.0 (green) replaces my-agent@1.4.2 (blue)" in text
        assert "LatencyHigh (my-agent@1.5.0)" in text
        assert await browser.value("document.querySelectorAll('figure svg path').length") >= 16
        assert await browser.value("getComputedStyle(document.querySelector('header')).borderRadius") == "8px"

    browse(look)


def test_a_screen_reader_hears_names_and_words_instead_of_pictures(tmp_path: Path) -> None:
    path = written(tmp_path / "page.html", RUNNING, 60)

    async def look(browser: Browser) -> None:
        await browser.open(path)
        assert (await browser.names("heading"))[0] == "my-agent@1.5.0 (green) replaces my-agent@1.4.2 (blue)"
        pictures = [*await browser.names("image"), *await browser.names("img")]
        assert len(pictures) == 7
        assert all(pictures)
        assert any(each.startswith("Errors over time. Newest: canary share of requests 5 %") for each in pictures)
        assert await browser.names("checkbox") == ["Load this page again every 60 s"]
        assert all(await browser.names("progressbar"))
        assert all(await browser.names("region"))

    browse(look)


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_readable_in_both_themes_also_in_the_pictures(tmp_path: Path, dark: bool) -> None:
    path = written(tmp_path / "page.html", RUNNING, 60)

    async def look(browser: Browser) -> None:
        await browser.open(path, dark=dark)
        contrast = f"""(() => {{ const light = {LUMINANCE}, ratio = (a, b) => {{
            const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); }};
          const card = getComputedStyle(document.querySelector('section')).backgroundColor;
          const words = [...document.querySelectorAll('section p, section td, section span, h1, h2, h3')]
            .map((each) => getComputedStyle(each).color);
          const drawn = [...document.querySelectorAll('figure svg text')].map((each) => getComputedStyle(each).fill);
          return Math.min(...[...words, ...drawn].map((each) => ratio(each, card))); }})()"""
        assert await browser.value(contrast) >= 4.5
        card = await browser.value("getComputedStyle(document.querySelector('section')).backgroundColor")
        assert card == ("rgb(22, 27, 34)" if dark else "rgb(255, 255, 255)")

    browse(look)


def test_it_fits_a_telephone(tmp_path: Path) -> None:
    path = written(tmp_path / "page.html", RUNNING, 60)

    async def look(browser: Browser) -> None:
        await browser.open(path, width=390)
        assert await browser.value("document.documentElement.scrollWidth") <= 390

    browse(look)


def test_it_is_loaded_again_while_the_rollout_runs_and_stays_as_it_is_afterwards(tmp_path: Path) -> None:
    path = written(tmp_path / "page.html", RUNNING, 1)

    async def look(browser: Browser) -> None:
        await browser.open(path)
        await browser.value("window.scrollTo(0, 300)")
        written(path, OVER, 0)
        await browser.wait_for("document.body.innerText.includes('Rolled back at 5 %')")
        await browser.wait_for("document.readyState === 'complete'")
        loads = len(browser.requested)
        await asyncio.sleep(2.2)
        assert await browser.value("1") == 1
        assert len(browser.requested) == loads, "it is over"

    browse(look)


def test_a_reader_can_pause_it_and_the_pause_outlives_a_reload(tmp_path: Path) -> None:
    path = written(tmp_path / "page.html", RUNNING, 1)

    async def look(browser: Browser) -> None:
        await browser.open(path)
        await browser.value("document.getElementById('refresh').click()")
        loads = len(browser.requested)
        await asyncio.sleep(2.2)
        assert await browser.value("1") == 1
        assert len(browser.requested) == loads
        await browser.open(path)
        assert await browser.value("document.getElementById('refresh').checked") is False

    browse(look)


def test_a_page_that_nobody_writes_any_more_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "page.html", RUNNING, 60, age_seconds=900)

    async def look(browser: Browser) -> None:
        await browser.open(path)
        said = await browser.value("document.getElementById('stale').innerText")
        assert re.match(r"Nobody has written this page for 90\d s", said)
        written(path, RUNNING, 60)
        await browser.open(path)
        assert await browser.value("document.getElementById('stale').hidden") is True

    browse(look)


def test_what_a_release_says_runs_nothing(tmp_path: Path) -> None:
    journal = Journal(release=HOSTILE, stable=f"<img src=x onerror=alert(1)>{HOSTILE}", rollout=HOSTILE)
    path = written(tmp_path / "page.html", board(journal.shift(1, 0.05).measure(2), seen(), running=True), 60)

    async def look(browser: Browser) -> None:
        await browser.open(path)
        assert await browser.value("document.scripts.length") == 1
        assert await browser.value("document.images.length") == 0
        assert set(browser.requested) == {path.as_uri()}

    browse(look)
