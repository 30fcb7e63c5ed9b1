"""The sums of a day in a file."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.budget import Spent
from agent.budget.ledger import AGAIN_SECONDS, Ledger
from agent.budget.sqlite import BUSY_SECONDS
from agent.budget.sums import sums_in
from agent.place import opened
from tests.agent.service import ROOT
from tests.agent.storages import SqliteStorage, Storage

DAY = "2026-11-28"
TIMES = 300
ADDS = f"""
import asyncio, sys
from agent.budget import Spent
from agent.budget.ledger import Ledger
from agent.budget.sums import sums_in
from agent.place import opened, place_of
from agent.settings import Settings

async def add():
    place = place_of(Settings(conversations=sys.argv[1]))
    ledger = Ledger(sums_in(place))
    async with opened(place):
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range({TIMES}):
            await ledger.add("2026-11-28", "ann", Spent(7, 0.5))
        await ledger.close()

asyncio.run(add())
"""

Scenario = Callable[[Ledger], Awaitable[None]]


def run(storage: Storage, scenario: Scenario, clock: Callable[[], float] = time.monotonic) -> None:
    async def whole() -> None:
        place = storage.place()
        ledger = Ledger(sums_in(place), clock)
        async with opened(place):
            await scenario(ledger)
            await ledger.close()

    asyncio.run(whole())


def test_sums_are_kept_by_day_and_owner_across_restarts(storage: Storage) -> None:
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

    run(storage, adds)
    run(storage, reads)


def test_the_days_before_are_deleted(storage: Storage) -> None:
    async def scenario(ledger: Ledger) -> None:
        await ledger.add("2026-11-27", "ann", Spent(10))
        await ledger.add(DAY, "ann", Spent(10))
        assert (await ledger.spent("2026-11-27", "ann"))[0] == Spent()

    run(storage, scenario)


def test_two_processes_at_once_lose_nothing(storage: Storage) -> None:
    command = [sys.executable, "-c", ADDS, storage.setting]
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

    run(storage, scenario)


def test_what_can_t_be_written_counts_and_is_written_later(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]

    async def scenario(ledger: Ledger) -> None:
        await there(storage, "ALTER TABLE {spent} RENAME TO gone")
        await ledger.add(DAY, "ann", Spent(10))
        assert "the usage of 1 callers is not yet in the budget" in caplog.text
        await there(storage, "ALTER TABLE gone RENAME TO {spent}")
        assert await ledger.spent(DAY, "ann") == (Spent(10), Spent(10)), "not there, but known here"
        assert await ledger.spent(DAY, "bob") == (Spent(10), Spent())
        assert await ledger.highest(DAY) == (Spent(10), Spent(10))
        await ledger.add(DAY, "ann", Spent(3))
        assert await there(storage, "SELECT tokens FROM {spent}") == [], "too soon"
        now[0] += AGAIN_SECONDS
        await ledger.add(DAY, "ann", Spent(2))
        assert await there(storage, "SELECT tokens FROM {spent}") == [(15,)]
        assert await ledger.spent(DAY, "ann") == (Spent(15), Spent(15)), "and counts once"

    run(storage, scenario, lambda: now[0])


def test_runs_that_end_while_the_file_is_locked_wait_once_and_not_for_each_other(sqlite: SqliteStorage) -> None:
    async def scenario(ledger: Ledger) -> None:
        other = sqlite3.connect(sqlite.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        await asyncio.gather(*(ledger.add(DAY, "ann", Spent(10)) for _ in range(20)))
        assert time.monotonic() - began < 10 * BUSY_SECONDS
        other.close()

    run(sqlite, scenario)
    assert sqlite.execute("SELECT tokens FROM spent") == [(200,)]


def test_what_is_unwritten_is_written_when_the_ledger_is_closed(storage: Storage) -> None:
    async def scenario(ledger: Ledger) -> None:
        await there(storage, "ALTER TABLE {spent} RENAME TO gone")
        await ledger.add(DAY, "ann", Spent(10))
        await there(storage, "ALTER TABLE gone RENAME TO {spent}")

    run(storage, scenario)
    assert storage.execute("SELECT tokens FROM {spent}") == [(10,)]


def test_an_amount_whose_caller_is_cancelled_counts(storage: Storage) -> None:
    async def scenario(ledger: Ledger) -> None:
        adding = asyncio.create_task(ledger.add(DAY, "ann", Spent(10)))
        await asyncio.sleep(0)
        adding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await adding

    run(storage, scenario)
    assert storage.execute("SELECT tokens FROM {spent}") == [(10,)]


async def there(storage: Storage, statement: str) -> list[tuple[Any, ...]]:
    """What another process does there."""
    return await asyncio.to_thread(storage.execute, statement)
