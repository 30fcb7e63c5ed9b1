"""The stores' writes: all or nothing, and only over what the writer has read."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pydantic_ai.conversation_store import (
    ConversationConflict,
    ConversationEntry,
    ConversationRecord,
    ConversationStore,
)

from agent.conversations.store import store_in
from agent.errors import StorageError
from agent.place import opened
from tests.agent.context.histories import asked
from tests.agent.storages import Storage


def run(storage: Storage, scenario: Callable[[ConversationStore], Awaitable[None]]) -> None:
    async def whole() -> None:
        place = storage.place()
        store = store_in(place)
        assert isinstance(store, ConversationStore), "pydantic-ai's"
        async with opened(place):
            await scenario(store)
            await store.close()

    asyncio.run(whole())


def test_a_writer_that_has_not_read_the_newest_revision_changes_nothing(storage: Storage) -> None:
    async def scenario(store: ConversationStore) -> None:
        entries = [ConversationEntry(parent_id=None, message=asked(text)) for text in ("one", "two")]
        first, second = (ConversationRecord(conversation_id="c", head_id=entry.id) for entry in entries)
        await store.write_record(first, new_entries=entries[:1], expected_revision=None)
        for stale in (None, second.revision):
            with pytest.raises(ConversationConflict):
                await store.write_record(second, new_entries=entries[1:], expected_revision=stale)
        with pytest.raises(ConversationConflict):
            await store.delete_record("c", expected_revision=second.revision)
        assert await store.read_record("c") == first
        assert await store.read_records(limit=1) == [first]
        assert await store.read_records(scope="ann") == []
        assert await store.read_history(first.head_id) == entries[:1]
        with pytest.raises(LookupError):
            await store.read_entry(entries[1].id)

    run(storage, scenario)


def test_of_two_writers_at_once_one_wins(storage: Storage) -> None:
    async def scenario(store: ConversationStore) -> None:
        new = [ConversationRecord(conversation_id="c", head_id=None) for _ in range(8)]
        ends = await asyncio.gather(
            *(store.write_record(each, expected_revision=None) for each in new), return_exceptions=True
        )
        assert [end for end in ends if not isinstance(end, ConversationConflict)] == [None]
        known = await store.read_record("c")
        assert known is not None
        again = [ConversationRecord(conversation_id="c", head_id=None) for _ in range(8)]
        ends = await asyncio.gather(
            *(store.write_record(each, expected_revision=known.revision) for each in again), return_exceptions=True
        )
        assert [end for end in ends if not isinstance(end, ConversationConflict)] == [None]

    run(storage, scenario)


def test_a_write_that_fails_half_way_leaves_nothing_behind(storage: Storage) -> None:
    async def scenario(store: ConversationStore) -> None:
        entry = ConversationEntry(parent_id=None, message=asked("one"))
        record = ConversationRecord(conversation_id="c", head_id=entry.id)
        with pytest.raises(StorageError, match=r"(?i)unique"):
            await store.write_record(record, new_entries=[entry, entry], expected_revision=None)
        assert await store.read_record("c") is None
        await store.write_record(record, new_entries=[entry], expected_revision=None)
        assert await store.read_entry(entry.id) == entry

    run(storage, scenario)
