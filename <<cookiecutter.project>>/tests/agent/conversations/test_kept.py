"""What is kept of conversations."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pydantic_ai import ModelMessage

from agent.conversations import ConversationConflict, Conversations, open_conversations
from agent.conversations.kept import SECONDS_PER_DAY
from agent.conversations.store import store_in
from agent.errors import StartError
from agent.place import opened
from tests.agent.context.histories import answered, asked, called, returned
from tests.agent.storages import SqliteStorage, Storage

TURN: list[ModelMessage] = [asked("one"), called("a", "x"), returned("a", "y"), answered()]

Scenario = Callable[[Conversations], Awaitable[None]]


def run(storage: Storage, scenario: Scenario, keep_days: float = 30, clock: Callable[[], float] = time.time) -> None:
    async def whole() -> None:
        place = storage.place()
        kept = Conversations(store_in(place), keep_days, clock)
        async with opened(place):
            try:
                await scenario(kept)
            finally:
                await kept.close()

    asyncio.run(whole())


async def say(kept: Conversations, owner: str, name: str) -> None:
    await kept.add(owner, await kept.load(owner, name), TURN)


def test_a_conversation_is_continued_after_a_restart(storage: Storage) -> None:
    async def first(kept: Conversations) -> None:
        await say(kept, "ann", "c")

    async def second(kept: Conversations) -> None:
        assert (await kept.load("ann", "c")).messages == TURN
        await say(kept, "ann", "c")
        assert await kept.export("ann", "c") == [*TURN, *TURN]

    run(storage, first)
    run(storage, second)


def test_an_owner_s_conversation_is_nobody_else_s(storage: Storage) -> None:
    async def scenario(kept: Conversations) -> None:
        await say(kept, "ann", "c")
        assert (await kept.load("bob", "c")).messages == []
        assert await kept.export("bob", "c") is None
        await kept.delete("bob", "c")
        await say(kept, "bob", "c")
        assert await kept.export("ann", "c") == await kept.export("bob", "c") == TURN
        assert await kept.ids("ann") == await kept.ids("bob") == ["c"]
        assert await kept.ids("an") == []

    run(storage, scenario)


def test_of_two_runs_at_once_one_is_kept_and_the_other_is_told(storage: Storage) -> None:
    async def scenario(kept: Conversations) -> None:
        one, two = await kept.load("ann", "c"), await kept.load("ann", "c")
        await kept.add("ann", one, TURN)
        with pytest.raises(ConversationConflict):
            await kept.add("ann", two, TURN)
        assert await kept.export("ann", "c") == TURN

    run(storage, scenario)


def test_two_releases_use_one_place_at_once(storage: Storage) -> None:
    async def scenario(blue: Conversations) -> None:
        place = storage.place()
        green = open_conversations(place, 30)
        assert green is not None
        async with opened(place):
            for each in (blue, green, blue, green):
                await say(each, "ann", "c")
            assert await blue.export("ann", "c") == TURN * 4
            await asyncio.gather(*(say(each, "ann", f"{number}") for number in range(20) for each in (blue,)))
            assert len(await green.ids("ann")) == 21
            await green.close()

    run(storage, scenario)


def test_what_is_deleted_is_gone_from_the_file(sqlite: SqliteStorage) -> None:
    async def scenario(kept: Conversations) -> None:
        await kept.add("ann", await kept.load("ann", "c"), [asked("a-secret-task"), answered()])
        await kept.delete("ann", "c")
        assert await kept.ids("ann") == []
        assert all(b"a-secret-task" not in file.read_bytes() for file in sqlite.path.parent.iterdir())

    run(sqlite, scenario)


def test_a_conversation_that_nobody_continues_is_forgotten(storage: Storage) -> None:
    now = [0.0]

    async def scenario(kept: Conversations) -> None:
        await say(kept, "ann", "c")
        now[0] += 31 * SECONDS_PER_DAY
        assert await kept.ids("ann") == []

    now[0] = time.time()
    run(storage, scenario, clock=lambda: now[0])
    assert storage.execute("SELECT count(*) FROM {entries}") == [(0,)]


def test_a_file_that_can_t_be_opened_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"AGENT_CONVERSATIONS=.*can't be used"):
        open_conversations(str(tmp_path / "nowhere" / "c.db"), 30)
