"""The first answer to each key, in the place that both releases of a rollout use."""

import time
from collections.abc import Callable
from typing import Protocol

from agent.idempotency.claim import Claim, Known, State, first_answer
from agent.idempotency.sqlite import SqliteKeys
from agent.place import Place, in_file

MEMORY = ":memory:"
MARGIN_SECONDS = 10.0
"""A run ends by its deadline, and its end is written a little later."""

SECONDS_PER_HOUR = 3_600


class Keys(Protocol):
    """What is kept of keys. All times are in epoch seconds. Each method raises StorageError."""

    async def claim(self, claim: Claim, now: float, until: float) -> Known | None:
        """What is known of a key; None if it is new, and claimed now. Both or neither, also with another release."""

    async def forget_old(self, before: float, now: float) -> None:
        """Delete the answers from before then; what runs now stays."""

    async def forget_many(self, owner: str, most: int, now: float) -> None:
        """Delete all of an owner's answers but the newest; what runs now stays."""

    async def end(self, claim: Claim, state: State, answer: str) -> None:
        """Write how a run ended, unless its key has another run meanwhile."""

    async def release(self, claim: Claim) -> None:
        """Delete a run's claim."""

    async def delete(self, owner: str, conversation_id: str) -> None:
        """Delete the answers in a conversation."""

    async def close(self) -> None:
        """Close what this has opened."""


class Answers:
    """Keeps an answer for `keep_seconds`, and of each owner the newest `most`. Those of running runs always stay."""

    def __init__(self, keys: Keys, keep_seconds: float, most: int, clock: Callable[[], float] = time.time) -> None:
        self._keys, self._keep_seconds, self._most, self._clock = keys, keep_seconds, most, clock

    async def claim(self, claim: Claim) -> str | None:
        """The first answer to a key; None if this claim is the first: its run may begin, and must be ended.

        Raises:
            KeyReused, RunInProgress, RunWithoutAnswer: see there.
            StorageError: nobody knows.
        """
        now = self._clock()
        await self._keys.forget_old(now - self._keep_seconds, now)
        known = await self._keys.claim(claim, now, now + claim.seconds + MARGIN_SECONDS)
        if known is not None:
            return first_answer(claim, known, now)
        await self._keys.forget_many(claim.owner, self._most, now)
        return None

    async def keep(self, claim: Claim, answer: str) -> None:
        """End a run with its answer."""
        await self._keys.end(claim, "answered", answer)

    async def fail(self, claim: Claim) -> None:
        """End a run that has no answer and must not be run again."""
        await self._keys.end(claim, "failed", "")

    async def release(self, claim: Claim) -> None:
        """End a run that did nothing: the next request with its key runs."""
        await self._keys.release(claim)

    async def delete(self, owner: str, conversation_id: str) -> None:
        """Delete the answers in a conversation."""
        await self._keys.delete(owner, conversation_id)

    async def close(self) -> None:
        """Close the keys."""
        await self._keys.close()


def open_answers(place: Place, keep_hours: float, most: int) -> Answers:
    """The answers in a file or a database; without either, those of this process alone. Raises StartError."""
    return Answers(keys_in(place), keep_hours * SECONDS_PER_HOUR, most)


def keys_in(place: Place) -> Keys:
    """The keys in a file, in a database or, without either, in memory. Raises StartError."""
    if isinstance(place, str):
        return in_file(lambda path: SqliteKeys(path or MEMORY), place)
    from agent.idempotency.postgres import PostgresKeys

    return PostgresKeys(place)
