"""What conversations need of a store, and the stores by place."""

import sqlite3
from pathlib import Path
from typing import Protocol

from pydantic_ai.conversation import Conversation

from agent.conversations.sqlite import SqliteConversationStore
from agent.errors import StartError
from agent.place import Place


class Store(Protocol):
    """pydantic-ai's ConversationStore, as far as it is used, and what an owner's list, the limit on the length and the
    age need. Raises StorageError; `save` and `delete` also ConversationConflict."""

    async def load(self, conversation_id: str, *, scope: str | None = None) -> Conversation | None: ...

    async def save(self, conversation: Conversation, *, scope: str | None = None) -> object: ...

    async def delete(self, conversation_id: str, *, scope: str | None = None) -> object: ...

    async def ids(self, scope: str, limit: int, offset: int) -> list[str]: ...

    async def characters(self, conversation_id: str) -> int: ...

    async def delete_older(self, before: float) -> None: ...

    async def close(self) -> None: ...


def store_in(place: Place) -> Store:
    """The store in a file or in a database. Raises StartError."""
    if isinstance(place, str):
        try:
            return SqliteConversationStore(Path(place))
        except sqlite3.Error as error:
            raise StartError(f"AGENT_CONVERSATIONS={place} can't be used: {error}") from None
    from agent.conversations.postgres import PostgresConversationStore

    return PostgresConversationStore(place)
