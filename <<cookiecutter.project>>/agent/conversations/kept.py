"""The conversations of each owner: continued, exported, deleted, and forgotten after some days."""

import logging
import time
from collections.abc import Callable, Sequence

from pydantic_ai import ModelMessage
from pydantic_ai.conversation import Conversation
from pydantic_ai.conversation_store import ConversationConflict

from agent.conversations.store import Store, store_in
from agent.errors import StorageError
from agent.place import Place

__all__ = ["ConversationConflict", "ConversationFull", "Conversations", "open_conversations"]

logger = logging.getLogger(__name__)

SECONDS_PER_DAY = 86_400
FORGET_EVERY_SECONDS = 3_600
MOST_CHARACTERS = 2_000_000
"""Of all messages as JSON. A run reads all of them; of this length they take about a tenth of a second."""

FORGET_AGAIN_SECONDS = 60
"""After a failure, for example because another process writes."""


class ConversationFull(Exception):
    """A conversation is as long as one may be."""


class Conversations:
    """An owner is the name of a token. Nobody sees whether another owner has a conversation of the same id."""

    def __init__(
        self,
        store: Store,
        keep_days: float,
        clock: Callable[[], float] = time.time,
        most_characters: int = MOST_CHARACTERS,
    ) -> None:
        self._store = store
        self._keep_seconds = keep_days * SECONDS_PER_DAY
        self._clock = clock
        self._most_characters = most_characters
        self._forget_at = 0.0

    async def load(self, owner: str, conversation_id: str) -> Conversation:
        """The conversation, or a new one. Raises ConversationFull for one that can't be continued."""
        await self._forget()
        key = _key(owner, conversation_id)
        if await self._store.characters(key) >= self._most_characters:
            raise ConversationFull(conversation_id)
        return await self._store.load(key, scope=owner) or Conversation(conversation_id=key)

    async def add(self, owner: str, conversation: Conversation, messages: Sequence[ModelMessage]) -> None:
        """Keep a run's messages too. Raises ConversationConflict when another run was kept since `load`."""
        conversation.messages = [*conversation.messages, *messages]
        await self._store.save(conversation, scope=owner)

    async def ids(self, owner: str, limit: int = 100, offset: int = 0) -> list[str]:
        """The ids of an owner's conversations, the newest first: `limit` at most, after the first `offset`."""
        await self._forget()
        return [key.removeprefix(_key(owner, "")) for key in await self._store.ids(owner, limit, offset)]

    async def export(self, owner: str, conversation_id: str) -> Sequence[ModelMessage] | None:
        """All messages of a conversation; None if there is none."""
        found = await self._store.load(_key(owner, conversation_id), scope=owner)
        return None if found is None else found.messages

    async def delete(self, owner: str, conversation_id: str) -> None:
        """Delete a conversation with all its messages, if there is one."""
        await self._store.delete(_key(owner, conversation_id), scope=owner)

    async def close(self) -> None:
        """Close the store."""
        await self._store.close()

    async def _forget(self) -> None:
        """Delete old conversations from time to time. A failure is not the request's that happens to come then."""
        now = self._clock()
        if now < self._forget_at:
            return
        self._forget_at = now + FORGET_AGAIN_SECONDS
        try:
            await self._store.delete_older(now - self._keep_seconds)
            self._forget_at = now + FORGET_EVERY_SECONDS
        except StorageError as error:
            logger.warning("old conversations could not be deleted: %s; trying again later", error)


def open_conversations(place: Place, keep_days: float) -> Conversations | None:
    """The conversations in a file or a database; None without either. Raises StartError."""
    return Conversations(store_in(place), keep_days) if place else None


def _key(owner: str, conversation_id: str) -> str:
    return f"{owner}/{conversation_id}"  # neither has a slash
