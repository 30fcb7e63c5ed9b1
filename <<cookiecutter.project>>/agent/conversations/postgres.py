"""pydantic-ai's conversation store in PostgreSQL, which all releases on all hosts may use at once."""

from collections.abc import Sequence

from pydantic_ai.conversation_store import (
    ConversationConflict,
    ConversationEntry,
    ConversationRecord,
    ConversationStore,
)

from agent.conversations.rows import ENTRY, RECORD, chain, written, written_entry
from agent.postgres import Postgres

# Only ever add columns with defaults: the release before reads and writes these tables too.
SCHEMA = """
CREATE TABLE IF NOT EXISTS agent_conversations (
  id text PRIMARY KEY, scope text, revision text NOT NULL, updated_at double precision NOT NULL, record text NOT NULL);
CREATE TABLE IF NOT EXISTS agent_entries (id text PRIMARY KEY, conversation text NOT NULL, entry text NOT NULL);
CREATE INDEX IF NOT EXISTS agent_conversations_by_scope ON agent_conversations (scope, updated_at);
CREATE INDEX IF NOT EXISTS agent_conversations_by_age ON agent_conversations (updated_at);
CREATE INDEX IF NOT EXISTS agent_entries_by_conversation ON agent_entries (conversation);
"""
INSERT = """
INSERT INTO agent_conversations (id, scope, revision, updated_at, record) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO NOTHING RETURNING id"""
UPDATE = """
UPDATE agent_conversations SET scope = $2, revision = $3, updated_at = $4, record = $5
WHERE id = $1 AND revision = $6 RETURNING id"""
ADD_ENTRY = "INSERT INTO agent_entries (id, conversation, entry) VALUES ($1, $2, $3)"
DELETE = "DELETE FROM agent_conversations WHERE id = $1 AND revision = $2 RETURNING id"
DELETE_ENTRIES = "DELETE FROM agent_entries WHERE conversation = $1"
# One statement: a run that continues a conversation meanwhile keeps both its record and its entries.
DELETE_OLDER = """
WITH gone AS (DELETE FROM agent_conversations WHERE updated_at < $1 RETURNING id)
DELETE FROM agent_entries USING gone WHERE conversation = gone.id"""
RECORDS = """
SELECT record FROM agent_conversations WHERE $1::text IS NULL OR scope = $1 ORDER BY updated_at DESC LIMIT $2"""
OF_THE_SAME = """
SELECT entry FROM agent_entries WHERE conversation = (SELECT conversation FROM agent_entries WHERE id = $1)"""


class PostgresConversationStore(ConversationStore):
    """Forks are not supported: deleting a conversation deletes all of its messages. Raises StorageError."""

    def __init__(self, database: Postgres) -> None:
        """The database is opened and closed by whoever made it."""
        self._database = database
        database.needs(SCHEMA)

    async def close(self) -> None:
        """The database stays open."""

    async def read_record(self, conversation_id: str) -> ConversationRecord | None:
        rows = await self._database.rows("SELECT record FROM agent_conversations WHERE id = $1", conversation_id)
        return RECORD.validate_json(rows[0][0]) if rows else None

    async def read_records(self, *, scope: str | None = None, limit: int | None = None) -> Sequence[ConversationRecord]:
        return [RECORD.validate_json(row[0]) for row in await self._database.rows(RECORDS, scope, limit)]

    async def read_history(self, head_id: str | None, *, limit: int | None = None) -> list[ConversationEntry]:
        return chain([row[0] for row in await self._database.rows(OF_THE_SAME, head_id)], head_id, limit)

    async def read_entry(self, entry_id: str) -> ConversationEntry:
        rows = await self._database.rows("SELECT entry FROM agent_entries WHERE id = $1", entry_id)
        if not rows:
            raise LookupError(entry_id)
        return ENTRY.validate_json(rows[0][0])

    async def write_record(
        self,
        record: ConversationRecord,
        *,
        new_entries: Sequence[ConversationEntry] = (),
        expected_revision: str | None,
    ) -> None:
        key, row = record.conversation_id, written(record)
        entries = [written_entry(key, entry) for entry in new_entries]
        async with self._database.transaction() as connection:
            # Both wait for another writer of the same row, and then see what it wrote.
            if expected_revision is None:
                found = await connection.fetch(INSERT, *row)
            else:
                found = await connection.fetch(UPDATE, *row, expected_revision)
            if not found:
                raise ConversationConflict(key)
            await connection.executemany(ADD_ENTRY, entries)

    async def delete_record(self, conversation_id: str, *, expected_revision: str) -> None:
        async with self._database.transaction() as connection:
            if not await connection.fetch(DELETE, conversation_id, expected_revision):
                raise ConversationConflict(conversation_id)
            await connection.execute(DELETE_ENTRIES, conversation_id)

    async def ids(self, scope: str, limit: int, offset: int) -> list[str]:
        """The ids of a scope's conversations, the newest first, without the first `offset`; `limit` at most."""
        select = "SELECT id FROM agent_conversations WHERE scope = $1 ORDER BY updated_at DESC, id LIMIT $2 OFFSET $3"
        return [row[0] for row in await self._database.rows(select, scope, limit, offset)]

    async def characters(self, conversation_id: str) -> int:
        """The length of all messages of a conversation, as they are stored."""
        select = "SELECT coalesce(sum(length(entry)), 0) FROM agent_entries WHERE conversation = $1"
        return int((await self._database.rows(select, conversation_id))[0][0])

    async def delete_older(self, before: float) -> None:
        """Delete all conversations that nobody has continued since then (epoch seconds)."""
        await self._database.rows(DELETE_OLDER, before)
