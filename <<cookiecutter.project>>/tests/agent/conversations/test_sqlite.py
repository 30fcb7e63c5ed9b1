"""The store's writes: all or nothing, and only over what the writer has read."""

import asyncio
from pathlib import Path

import pytest
from pydantic_ai.conversation_store import ConversationConflict, ConversationEntry, ConversationRecord

from agent.conversations.sqlite import SqliteConversationStore
from tests.agent.context.histories import asked


def test_a_writer_that_has_not_read_the_newest_revision_changes_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = SqliteConversationStore(tmp_path / "c.db")
        entries = [ConversationEntry(parent_id=None, message=asked(text)) for text in ("one", "two")]
        first, second = (ConversationRecord(conversation_id="c", head_id=entry.id) for entry in entries)
        await store.write_record(first, new_entries=entries[:1], expected_revision=None)
        with pytest.raises(ConversationConflict):
            await store.write_record(second, new_entries=entries[1:], expected_revision=None)
        with pytest.raises(ConversationConflict):
            await store.delete_record("c", expected_revision=second.revision)
        assert await store.read_record("c") == first
        assert await store.read_history(first.head_id) == entries[:1]
        with pytest.raises(LookupError):
            await store.read_entry(entries[1].id)
        await store.close()

    asyncio.run(scenario())


def test_a_write_that_fails_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = SqliteConversationStore(tmp_path / "c.db")
        entry = ConversationEntry(parent_id=None, message=asked("one"))
        record = ConversationRecord(conversation_id="c", head_id=entry.id)
        with pytest.raises(Exception, match="UNIQUE"):
            await store.write_record(record, new_entries=[entry, entry], expected_revision=None)
        assert await store.read_record("c") is None
        await store.write_record(record, new_entries=[entry], expected_revision=None)
        assert await store.read_entry(entry.id) == entry
        await store.close()

    asyncio.run(scenario())
