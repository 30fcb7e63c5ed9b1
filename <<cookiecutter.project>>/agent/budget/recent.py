"""The sums of a day as they were a moment ago, so that most runs begin without waiting for a disk or a database."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from agent.budget.limits import Spent
from agent.budget.sums import Sums

RECENT_SECONDS = 1.0
"""So long, a run may begin after another process has used up the budget."""


@dataclass(frozen=True)
class Read:
    """What all owners and one of them used on a day, as it was read."""

    day: str
    at: float
    service: Spent
    caller: Spent


class RecentSums:
    """Sums that were read within the last second count, with what this process has added to them since."""

    def __init__(self, sums: Sums, clock: Callable[[], float] = monotonic) -> None:
        self._sums, self._clock = sums, clock
        self._read: dict[str, Read] = {}
        self._adding = self._added = 0

    async def add(self, day: str, owner: str, spent: Spent) -> None:
        """Add to a day's sum of an owner. Raises StorageError."""
        self._adding += 1
        try:
            await self._sums.add(day, owner, spent)
            for name, read in self._read.items():
                if read.day == day:
                    caller = read.caller + spent if name == owner else read.caller
                    self._read[name] = Read(day, read.at, read.service + spent, caller)
        finally:
            self._adding -= 1
            self._added += 1

    async def spent(self, day: str, owner: str) -> tuple[Spent, Spent]:
        """What all owners and this one used on a day. Raises StorageError, but not while there are recent sums."""
        now, read = self._clock(), self._read.get(owner)
        if read is not None and read.day == day and now < read.at + RECENT_SECONDS:
            return read.service, read.caller
        added, was_adding = self._added, self._adding
        service, caller = await self._sums.spent(day, owner)
        if not was_adding and not self._adding and added == self._added:
            self._read[owner] = Read(day, now, service, caller)
        else:  # nobody knows whether these sums have what was added meanwhile
            self._read.pop(owner, None)
        return service, caller

    async def highest(self, day: str) -> tuple[Spent, Spent]:
        """What all owners used on a day, and the most that any of them did. Raises StorageError."""
        return await self._sums.highest(day)

    async def close(self) -> None:
        """Close the sums."""
        await self._sums.close()
