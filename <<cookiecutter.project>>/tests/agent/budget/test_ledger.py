"""The sums of a day in a file."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from agent.budget import Spent
from agent.budget.ledger import AGAIN_SECONDS, BUSY_SECONDS, Ledger
from tests.agent.service import ROOT

DAY = "2026-11-28"
TIMES = 1_000
ADDS = f"""
import asyncio, sys
from agent.budget import Spent
from agent.budget.ledger import Ledger

async def add():
    ledger = Ledger(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range({TIMES}):
        await ledger.add("2026-11-28", "ann", Spent(7, 0.5))
    await ledger.close()

asyncio.run(add())
"""

Scenario = Callable[[Ledger], Awaitable[None]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.db"


def run(path: Path, scenario: Scenario, clock: Callable[[], float] = time.monotonic) -> None:
    async def whole() -> None:
        ledger = Ledger(str(path), clock)
        await scenario(ledger)
        await ledger.close()

    asyncio.run(whole())


def test_sums_are_kept_by_day_and_owner_across_restarts(path: Path) -> None:
    async def adds(ledger: Ledger) -> None:
        await ledger.add(DAY, "ann", Spent(10, 0.1))
        await ledger.add(DAY, "ann", Spent(20, 0.2))
        await ledger.add(DAY, "bob", Spent(5, 1.0))

    async def reads(ledger: Ledger) -> None:
        service, ann = await ledger.spent(DAY, "ann")
        assert (service.tokens, ann.tokens) == (35, 30)
        assert [service.cost_usd, ann.cost_usd] == pytest.approx([1.3, 0.3])
        assert (await ledger.highest(DAY))[1] == Spent(30, 1.0), "each the highest of any owner"
        assert await ledger.spent("2026-11-29", "ann") == (Spent(), Spent()), "a new day"

    run(path, adds)
    run(path, reads)


def test_the_days_before_are_deleted(path: Path) -> None:
    async def scenario(ledger: Ledger) -> None:
        await ledger.add("2026-11-27", "ann", Spent(10))
        await ledger.add(DAY, "ann", Spent(10))
        assert (await ledger.spent("2026-11-27", "ann"))[0] == Spent()

    run(path, scenario)


def test_two_processes_at_once_lose_nothing(path: Path) -> None:
    command = [sys.executable, "-c", ADDS, str(path)]
    pipe = subprocess.PIPE
    both = [subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    for process in both:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors

    async def scenario(ledger: Ledger) -> None:
        assert (await ledger.spent(DAY, "ann"))[0] == Spent(2 * TIMES * 7, 2 * TIMES * 0.5)

    run(path, scenario)


def test_what_can_t_be_written_counts_and_is_written_later(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]

    async def scenario(ledger: Ledger) -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("ALTER TABLE spent RENAME TO gone")
        await ledger.add(DAY, "ann", Spent(10))
        assert "the usage of 1 callers is not yet in the budget's file" in caplog.text
        other.execute("ALTER TABLE gone RENAME TO spent")
        assert await ledger.spent(DAY, "ann") == (Spent(10), Spent(10)), "not in the file, but known here"
        assert await ledger.spent(DAY, "bob") == (Spent(10), Spent())
        await ledger.add(DAY, "ann", Spent(3))
        assert other.execute("SELECT tokens FROM spent").fetchall() == [], "too soon"
        now[0] += AGAIN_SECONDS
        await ledger.add(DAY, "ann", Spent(2))
        assert other.execute("SELECT tokens FROM spent").fetchall() == [(15,)]
        other.close()

    run(path, scenario, lambda: now[0])


def test_runs_that_end_while_the_file_is_locked_wait_once_and_not_for_each_other(path: Path) -> None:
    async def scenario(ledger: Ledger) -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        await asyncio.gather(*(ledger.add(DAY, "ann", Spent(10)) for _ in range(20)))
        assert time.monotonic() - began < 2 * BUSY_SECONDS
        other.close()

    run(path, scenario)
    assert sqlite3.connect(path).execute("SELECT tokens FROM spent").fetchall() == [(200,)]


def test_what_is_unwritten_is_written_when_the_file_is_closed(path: Path) -> None:
    async def scenario(ledger: Ledger) -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("ALTER TABLE spent RENAME TO gone")
        await ledger.add(DAY, "ann", Spent(10))
        other.execute("ALTER TABLE gone RENAME TO spent")
        other.close()

    run(path, scenario)
    assert sqlite3.connect(path).execute("SELECT tokens FROM spent").fetchall() == [(10,)]


def test_an_amount_whose_caller_is_cancelled_counts(path: Path) -> None:
    async def scenario(ledger: Ledger) -> None:
        waits = asyncio.create_task(ledger._file.in_thread(lambda: time.sleep(0.2)))
        adding = asyncio.create_task(ledger.add(DAY, "ann", Spent(10)))
        await asyncio.sleep(0.05)
        adding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await adding
        await waits
        assert (await ledger.spent(DAY, "ann"))[0] == Spent(10)

    run(path, scenario)
