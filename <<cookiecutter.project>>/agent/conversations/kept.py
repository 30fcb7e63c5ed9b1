"""The conversations of each owner: continued, exported, deleted, and forgotten after some days."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic_ai import ModelMessage
from pydantic_ai.conversation import Conversation
from pydantic_ai.conversation_store import ConversationConflict

from agent.conversations.sqlite import SqliteConversationStore
from agent.errors import StartError

__all__ = ["ConversationConflict", "Conversations", "open_conversations"]

SECONDS_PER_DAY = 86_400
FORGET_EVERY_SECONDS = 3_600


class Conversations:
    """An owner is the name of a token. Nobody sees whether another owner has a conversation of the same id."""

    def __init__(
        self, store: SqliteConversationStore, keep_days: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._keep_seconds = keep_days * SECONDS_PER_DAY
        self._clock = clock
        self._forgot_at = 0.0

    async def load(self, owner: str, conversation_id: str) -> Conversation:
        """The conversation, or a new one."""
        await self._forget()
        key = _key(owner, conversation_id)
        return await self._store.load(key, scope=owner) or Conversation(conversation_id=key)

    async def add(self, owner: str, conversation: Conversation, messages: Sequence[ModelMessage]) -> None:
        """Keep a run's messages too. Raises ConversationConflict when another run was kept since `load`."""
        conversation.messages = [*conversation.messages, *messages]
        await self._store.save(conversation, scope=owner)

    async def ids(self, owner: str) -> list[str]:
        """The ids of an owner's conversations, the newest first."""
        await self._forget()
        records = await self._store.read_records(scope=owner)
        return [record.conversation_id.removeprefix(_key(owner, "")) for record in records]

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
        now = self._clock()
        if now - self._forgot_at >= FORGET_EVERY_SECONDS:
            self._forgot_at = now
            await self._store.delete_older(now - self._keep_seconds)


def open_conversations(path: str, keep_days: float) -> Conversations | None:
    """The conversations in a file; None without a path. Raises StartError."""
    if not path:
        return None
    try:
        return Conversations(SqliteConversationStore(Path(path)), keep_days)
    except sqlite3.Error as error:
        raise StartError(f"AGENT_CONVERSATIONS={path} can't be used: {error}") from None


def _key(owner: str, conversation_id: str) -> str:
    return f"{owner}/{conversation_id}"  # neither has a slash
