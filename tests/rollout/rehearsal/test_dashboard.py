"""The page of a rehearsal is written beside it and never in its way."""

import asyncio
from pathlib import Path

import pytest

from rollout.onhost.look import Look
from rollout.rehearsal.dashboard import written
from tests.rollout.dashboard.boards import look
from tests.rollout.report.examples import engine_died
from tests.waiting import wait_until

EVENTS = engine_died()


def running(_: str | None, first: int) -> Look:
    return look(EVENTS[first:], running=True)


async def rehearse(path: Path | None, *, over: bool) -> None:
    async with written(running, path) as page:
        if path and path.parent.name != "gone":
            await asyncio.to_thread(wait_until, path.exists, 20)
        page.over = over


@pytest.mark.parametrize("over", [True, False])
def test_it_is_there_while_the_rehearsal_runs_and_says_at_the_end_whether_it_is_over(
    tmp_path: Path, over: bool
) -> None:
    path = tmp_path / "page.html"
    asyncio.run(rehearse(path, over=over))
    assert ("data-every" in path.read_text(encoding="utf-8")) is not over


def test_without_a_path_nothing_is_looked_at() -> None:
    asyncio.run(rehearse(None, over=True))


def test_a_page_that_cant_be_written_ends_no_rehearsal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(rehearse(tmp_path / "gone" / "page.html", over=True))
    assert "the dashboard can't be written: " in capsys.readouterr().err


def test_a_rehearsal_that_fails_leaves_a_page_that_is_not_over(tmp_path: Path) -> None:
    async def failing() -> None:
        async with written(running, tmp_path / "page.html"):
            raise RuntimeError("a part died")

    with pytest.raises(RuntimeError, match="a part died"):
        asyncio.run(failing())
    assert "data-every" in (tmp_path / "page.html").read_text(encoding="utf-8")
