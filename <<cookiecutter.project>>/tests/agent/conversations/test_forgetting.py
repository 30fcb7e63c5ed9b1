"""Old conversations are deleted while requests come in, and never at their expense."""

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest

from agent.conversations import Conversations
from agent.conversations.kept import FORGET_AGAIN_SECONDS, SECONDS_PER_DAY
from agent.conversations.sqlite import SqliteConversationStore
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
