"""Old conversations are deleted while requests come in, and never at their expense."""

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest

from agent.conversations import Conversations
from agent.conversations.kept import FORGET_AGAIN_SECONDS, SECONDS_PER_DAY
from agent.conversations.sqlite import SqliteConversationStore
from tests.agent.context.histories import answered, asked
from tests.agent.conversations.test_kept import TURN, say

REFUSES = "CREATE TRIGGER refuses BEFORE DELETE ON conversations BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"


def test_a_failure_is_logged_fails_no_request_and_is_tried_again_soon(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = [time.time()]

    async def scenario() -> None:
        kept = Conversations(SqliteConversationStore(tmp_path / "c.db"), 1, lambda: now[0])
        await say(kept, "ann", "c")
        now[0] += 2 * SECONDS_PER_DAY
        with sqlite3.connect(tmp_path / "c.db") as other:
            other.execute(REFUSES)
            other.commit()
            assert (await kept.load("ann", "c")).messages == TURN
            assert "old conversations could not be deleted: disk I/O error" in caplog.text
            other.execute("DROP TRIGGER refuses")
            other.commit()
        other.close()
        now[0] += FORGET_AGAIN_SECONDS
        assert (await kept.load("ann", "c")).messages == []
        await kept.close()

    asyncio.run(scenario())


def test_a_log_that_another_process_reads_is_emptied_by_the_next_clean_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "c.db"

    def is_in_the_log() -> bool:
        return b"a-secret-task" in Path(f"{path}-wal").read_bytes()

    async def scenario() -> None:
        store = SqliteConversationStore(path, busy_seconds=0.05)
        kept = Conversations(store, keep_days=30)
        await kept.add("ann", await kept.load("ann", "c"), [asked("a-secret-task"), answered()])
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM entries").fetchall()
        await kept.delete("ann", "c")
        assert is_in_the_log()
        assert "deleted conversations stay in the write-ahead log" in caplog.text
        reader.close()
        await store.delete_older(0)
        assert not is_in_the_log()
        await kept.close()

    asyncio.run(scenario())
