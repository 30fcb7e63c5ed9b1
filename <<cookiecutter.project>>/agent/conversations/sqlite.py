"""pydantic-ai's conversation store in one SQLite file (WAL), which both releases of a rollout may use at once."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic_ai.conversation_store import (
    ConversationConflict,
    ConversationEntry,
    ConversationRecord,
    ConversationStore,
)

from agent.conversations.rows import ENTRY, RECORD, chain, written, written_entry
from agent.sqlite_file import SqliteFile

# Only ever add columns with defaults: the release before reads and writes these tables too.
SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
  id TEXT PRIMARY KEY, scope TEXT, revision TEXT NOT NULL, updated_at REAL NOT NULL, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
  id TEXT PRIMARY KEY, conversation TEXT NOT NULL, entry TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS conversations_by_scope ON conversations (scope, updated_at);
CREATE INDEX IF NOT EXISTS entries_by_conversation ON entries (conversation);
"""
DELETE_OLD_ENTRIES = """
DELETE FROM entries WHERE conversation IN (SELECT id FROM conversations WHERE updated_at < ?)"""
PUT = "INSERT OR REPLACE INTO conversations (id, scope, revision, updated_at, record) VALUES (?, ?, ?, ?, ?)"
BUSY_SECONDS = 5.0

logger = logging.getLogger(__name__)


class SqliteConversationStore(ConversationStore):
    """Forks are not supported: deleting a conversation deletes all of its messages. Raises StorageError."""

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open or create the file. Raises sqlite3.Error."""
        self._file = SqliteFile(path, "conversations", SCHEMA, busy_seconds)

    async def close(self) -> None:
        """Close the file."""
        await self._file.close()

    async def read_record(self, conversation_id: str) -> ConversationRecord | None:
        rows = await self._select("SELECT record FROM conversations WHERE id = ?", conversation_id)
        return RECORD.validate_json(rows[0]) if rows else None

    async def read_records(self, *, scope: str | None = None, limit: int | None = None) -> Sequence[ConversationRecord]:
        select = "SELECT record FROM conversations WHERE ? IS NULL OR scope = ? ORDER BY updated_at DESC LIMIT ?"
        rows = await self._select(select, scope, scope, -1 if limit is None else limit)
        return [RECORD.validate_json(row) for row in rows]

    async def read_history(self, head_id: str | None, *, limit: int | None = None) -> list[ConversationEntry]:
        of_the_same = "SELECT entry FROM entries WHERE conversation = (SELECT conversation FROM entries WHERE id = ?)"
        return chain(await self._select(of_the_same, head_id), head_id, limit)

    async def read_entry(self, entry_id: str) -> ConversationEntry:
        rows = await self._select("SELECT entry FROM entries WHERE id = ?", entry_id)
        if not rows:
            raise LookupError(entry_id)
        return ENTRY.validate_json(rows[0])

    async def write_record(
        self,
        record: ConversationRecord,
        *,
        new_entries: Sequence[ConversationEntry] = (),
        expected_revision: str | None,
    ) -> None:
        key, row = record.conversation_id, written(record)
        entries = [written_entry(key, entry) for entry in new_entries]

        def write() -> None:
            self._expect(key, expected_revision)
            self._file.database.executemany("INSERT INTO entries (id, conversation, entry) VALUES (?, ?, ?)", entries)
            self._file.database.execute(PUT, row)

        await self._in_transaction(write)

    async def delete_record(self, conversation_id: str, *, expected_revision: str) -> None:
        def delete() -> None:
            self._expect(conversation_id, expected_revision)
            self._file.database.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))
            self._file.database.execute("DELETE FROM entries WHERE conversation = ?", (conversation_id,))

        await self._in_transaction(delete)
        await self._file.ask(self._empty_log)

    async def ids(self, scope: str, limit: int, offset: int) -> list[str]:
        """The ids of a scope's conversations, the newest first, without the first `offset`; `limit` at most."""
        select = "SELECT id FROM conversations WHERE scope = ? ORDER BY updated_at DESC, id LIMIT ? OFFSET ?"
        return await self._select(select, scope, limit, offset)

    async def characters(self, conversation_id: str) -> int:
        """The length of all messages of a conversation, as they are stored."""
        select = "SELECT coalesce(sum(length(entry)), 0) FROM entries WHERE conversation = ?"
        return int((await self._select(select, conversation_id))[0])

    async def delete_older(self, before: float) -> None:
        """Delete all conversations that nobody has continued since then (epoch seconds)."""

        def delete() -> None:
            self._file.database.execute(DELETE_OLD_ENTRIES, (before,))
            self._file.database.execute("DELETE FROM conversations WHERE updated_at < ?", (before,))

        await self._in_transaction(delete)
        await self._file.ask(self._empty_log)

    def _empty_log(self) -> None:
        """Empty the write-ahead log, which still has the deleted text. It stays while another process reads."""
        try:
            is_busy = bool(self._file.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        except sqlite3.Error:
            is_busy = True
        if is_busy:
            logger.warning("deleted conversations stay in the write-ahead log, which is in use; next try in an hour")

    def _expect(self, conversation_id: str, revision: str | None) -> None:
        found = self._file.database.execute(
            "SELECT revision FROM conversations WHERE id = ?", (conversation_id,)
        ).fetchone()
        if (found[0] if found else None) != revision:
            raise ConversationConflict(conversation_id)

    async def _select(self, select: str, *values: object) -> list[str]:
        return await self._file.ask(lambda: [row[0] for row in self._file.database.execute(select, values)])

    async def _in_transaction(self, change: Callable[[], None]) -> None:
        """All of a change or, if it fails or the caller is cancelled meanwhile, nothing of it."""
        given_up = threading.Event()

        def run() -> None:
            self._file.database.execute("BEGIN IMMEDIATE")
            try:
                change()
                if given_up.is_set():
                    raise asyncio.CancelledError
            except BaseException:
                self._file.database.execute("ROLLBACK")
                raise
            self._file.database.execute("COMMIT")

        try:
            await self._file.ask(run)
        except asyncio.CancelledError:
            given_up.set()
            raise
