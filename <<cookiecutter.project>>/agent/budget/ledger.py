"""What each caller has used today: the sums that all processes share, and what could not be added to them yet."""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic

from agent.budget.limits import Spent
from agent.budget.sums import Sums
from agent.errors import StorageError

AGAIN_SECONDS = 5.0
"""After a failure. If each run tried and waited in vain, they would wait for each other."""

logger = logging.getLogger(__name__)


class Ledger:
    """Sums by day and owner. What can't be written now counts in this process, and is written later."""

    def __init__(self, sums: Sums, clock: Callable[[], float] = monotonic) -> None:
        self._sums, self._clock, self._write_at = sums, clock, clock()
        self._unwritten: dict[tuple[str, str], Spent] = {}
        self._writing = asyncio.Lock()

    async def add(self, day: str, owner: str, spent: Spent) -> None:
        """Add to a day's sum of an owner; also if the caller is cancelled meanwhile, and without an error."""
        self._unwritten[day, owner] = self._unwritten.get((day, owner), Spent()) + spent
        await asyncio.shield(self._write())

    async def spent(self, day: str, owner: str) -> tuple[Spent, Spent]:
        """What all owners and this one used on a day, as all processes have written it. Raises StorageError."""
        service, caller = await self._sums.spent(day, owner)
        return service + self._own(day), caller + self._own(day, owner)

    async def highest(self, day: str) -> tuple[Spent, Spent]:
        """What all owners used on a day, and the most that any of them did. Raises StorageError."""
        service, highest = await self._sums.highest(day)
        return service + self._own(day), highest + self._own(day)

    async def close(self) -> None:
        """Write what is unwritten, and close the sums."""
        self._write_at = self._clock()
        await self._write()
        await self._sums.close()

    async def _write(self) -> None:
        async with self._writing:
            if self._clock() < self._write_at:
                return
            try:
                for key in list(self._unwritten):
                    await self._write_one(*key)
            except StorageError as error:
                self._write_at = self._clock() + AGAIN_SECONDS
                logger.error("the usage of %d callers is not yet in the budget: %s", len(self._unwritten), error)

    async def _write_one(self, day: str, owner: str) -> None:
        spent = self._unwritten[day, owner]
        await self._sums.add(day, owner, spent)
        rest = self._unwritten.pop((day, owner)) - spent  # a run may have ended meanwhile
        if rest != Spent():
            self._unwritten[day, owner] = rest

    def _own(self, *of: str) -> Spent:
        return sum((spent for key, spent in self._unwritten.items() if of in (key[:1], key)), Spent())
