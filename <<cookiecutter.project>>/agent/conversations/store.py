"""What conversations need of a store, and the stores by place."""

from pathlib import Path
from typing import Protocol

from pydantic_ai.conversation import Conversation

from agent.conversations.sqlite import SqliteConversationStore
from agent.place import Place, in_file


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
        return in_file(lambda path: SqliteConversationStore(Path(path)), place)
    from agent.conversations.postgres import PostgresConversationStore

    return PostgresConversationStore(place)
