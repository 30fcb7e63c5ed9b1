"""A conversation as rows of a database: one for its record, one for each entry, both as JSON."""

from collections.abc import Iterable

from pydantic import TypeAdapter
from pydantic_ai.conversation_store import ConversationEntry, ConversationRecord

RECORD = TypeAdapter(ConversationRecord)
ENTRY = TypeAdapter(ConversationEntry)


def written(record: ConversationRecord) -> tuple[str, str | None, str, float, str]:
    """The row of a record: its id, its scope, its revision, its time (epoch seconds), and all of it."""
    at = record.updated_at.timestamp()
    return record.conversation_id, record.scope, record.revision, at, RECORD.dump_json(record).decode()


def written_entry(conversation_id: str, entry: ConversationEntry) -> tuple[str, str, str]:
    """The row of an entry: its id, its conversation, and all of it."""
    return entry.id, conversation_id, ENTRY.dump_json(entry).decode()


def chain(rows: Iterable[str], head_id: str | None, limit: int | None) -> list[ConversationEntry]:
    """The history that ends with an entry: the last `limit`, the oldest first. Raises LookupError: one is missing."""
    found = {entry.id: entry for entry in map(ENTRY.validate_json, rows)}
    history: list[ConversationEntry] = []
    while head_id is not None and (limit is None or len(history) < limit):
        history.append(found[head_id])
        head_id = history[-1].parent_id
    return history[::-1]
