"""Sums that were read a moment ago."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from agent.budget import Spent
from agent.budget.recent import RECENT_SECONDS, RecentSums
from agent.errors import StorageError

DAY, NEXT_DAY = "2026-11-28", "2026-11-29"
Scenario = Callable[[RecentSums, "Shared"], Awaitable[None]]


class Shared:
    """What all processes have written, by owner, of one day. `reading` holds a read back after it has seen the sums."""

    def __init__(self) -> None:
        self.of: dict[str, Spent] = {}
        self.reads = 0
        self.is_gone = False
        self.has_read = asyncio.Event()
        self.reading = asyncio.Event()
        self.reading.set()

    async def add(self, day: str, owner: str, spent: Spent) -> None:
        assert day == DAY
        self.of[owner] = self.of.get(owner, Spent()) + spent

    async def spent(self, day: str, owner: str) -> tuple[Spent, Spent]:
        if self.is_gone:
            raise StorageError("gone")
        self.reads += 1
        of = self.of if day == DAY else {}
        found = sum(of.values(), Spent()), of.get(owner, Spent())
        self.has_read.set()
        await self.reading.wait()
        return found

    async def highest(self, day: str) -> tuple[Spent, Spent]:
        return (await self.spent(day, ""))[0], max(self.of.values(), key=lambda spent: spent.tokens)

    async def close(self) -> None:
        self.is_gone = True


def run(scenario: Scenario, now: list[float] | None = None) -> None:
    clock = now or [0.0]

    async def whole() -> None:
        shared = Shared()
        await scenario(RecentSums(shared, lambda: clock[0]), shared)

    asyncio.run(whole())


def test_sums_are_read_once_a_second() -> None:
    now = [0.0]

    async def scenario(sums: RecentSums, shared: Shared) -> None:
        for _ in range(5):
            await sums.spent(DAY, "ann")
        assert shared.reads == 1
        now[0] += RECENT_SECONDS
        await sums.spent(DAY, "ann")
        assert shared.reads == 2

    run(scenario, now)


def test_what_this_process_adds_counts_at_once_and_what_another_adds_within_a_second() -> None:
    now = [0.0]

    async def scenario(sums: RecentSums, shared: Shared) -> None:
        for owner in ("ann", "bob"):
            await sums.spent(DAY, owner)
        await sums.add(DAY, "ann", Spent(10, 0.5))
        assert await sums.spent(DAY, "ann") == (Spent(10, 0.5), Spent(10, 0.5))
        assert await sums.spent(DAY, "bob") == (Spent(10, 0.5), Spent())
        assert shared.reads == 2
        await shared.add(DAY, "bob", Spent(7))
        assert await sums.spent(DAY, "bob") == (Spent(10, 0.5), Spent())
        now[0] += RECENT_SECONDS
        assert await sums.spent(DAY, "bob") == (Spent(17, 0.5), Spent(7))

    run(scenario, now)


def test_a_new_day_has_its_own_sums() -> None:
    async def scenario(sums: RecentSums, _shared: Shared) -> None:
        await sums.add(DAY, "ann", Spent(10))
        assert (await sums.spent(DAY, "ann"))[0] == Spent(10)
        assert await sums.spent(NEXT_DAY, "ann") == (Spent(), Spent())
        assert (await sums.spent(DAY, "ann"))[0] == Spent(10)

    run(scenario)


def test_a_read_that_an_addition_overtakes_is_not_remembered() -> None:
    async def scenario(sums: RecentSums, shared: Shared) -> None:
        shared.reading.clear()
        reading = asyncio.create_task(sums.spent(DAY, "ann"))
        await shared.has_read.wait()
        await sums.add(DAY, "ann", Spent(10))
        shared.reading.set()
        await reading
        assert await sums.spent(DAY, "ann") == (Spent(10), Spent(10)), "neither lost nor counted twice"

    run(scenario)


def test_a_failure_is_not_hidden_for_longer_than_a_second() -> None:
    now = [0.0]

    async def scenario(sums: RecentSums, shared: Shared) -> None:
        await sums.spent(DAY, "ann")
        shared.is_gone = True
        await sums.spent(DAY, "ann")
        now[0] += RECENT_SECONDS
        with pytest.raises(StorageError):
            await sums.spent(DAY, "ann")

    run(scenario, now)
