"""The sums of a day: what is kept of the budget, and the storages by place."""

from typing import Protocol

from agent.budget.limits import Spent
from agent.budget.sqlite import SqliteSums
from agent.place import Place, in_file

MEMORY = ":memory:"


class Sums(Protocol):
    """Sums by day and owner, of all processes that share the place. Each method raises StorageError."""

    async def add(self, day: str, owner: str, spent: Spent) -> None:
        """Add to a day's sum of an owner, and forget the days before."""

    async def spent(self, day: str, owner: str) -> tuple[Spent, Spent]:
        """What all owners and this one used on a day."""

    async def highest(self, day: str) -> tuple[Spent, Spent]:
        """What all owners used on a day, and the most that any of them did."""

    async def close(self) -> None:
        """Close what this has opened."""


def sums_in(place: Place) -> Sums:
    """The sums in a file, in a database or, without either, in memory. Raises StartError."""
    if isinstance(place, str):
        return in_file(lambda path: SqliteSums(path or MEMORY), place)
    from agent.budget.postgres import PostgresSums

    return PostgresSums(place)
