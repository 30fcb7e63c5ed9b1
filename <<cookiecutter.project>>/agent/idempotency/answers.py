"""The first answer to each key, in the SQLite file that both releases of a rollout use."""

import sqlite3
import time
from collections.abc import Callable

from agent.errors import StartError
from agent.idempotency.claim import Claim, Known, first_answer
from agent.sqlite_file import SqliteFile

# Only ever add columns with defaults: the release before reads and writes this table too.
SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
  owner TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, run_id TEXT NOT NULL, conversation TEXT NOT NULL,
  state TEXT NOT NULL, at REAL NOT NULL, until REAL NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (owner, key));
CREATE INDEX IF NOT EXISTS answers_by_age ON answers (at);
CREATE INDEX IF NOT EXISTS answers_by_owner ON answers (owner, at);
"""
SELECT = "SELECT fingerprint, state, until, answer FROM answers WHERE owner = ? AND key = ?"
INSERT = """
INSERT INTO answers (owner, key, fingerprint, run_id, conversation, state, at, until, answer)
VALUES (?, ?, ?, ?, ?, 'running', ?, ?, '')"""
DELETE_OLD = "DELETE FROM answers WHERE at < ? AND until < ?"
DELETE_MANY = """
DELETE FROM answers WHERE rowid IN (
  SELECT rowid FROM answers WHERE owner = ? AND until < ? ORDER BY at DESC LIMIT -1 OFFSET ?)"""
OF_RUN = "WHERE owner = ? AND key = ? AND run_id = ?"

MEMORY = ":memory:"
BUSY_SECONDS = 5.0
MARGIN_SECONDS = 10.0
"""A run ends by its deadline, and its end is written a little later."""

SECONDS_PER_HOUR = 3_600


class Answers:
    """Keeps an answer for `keep_seconds`, and of each owner the newest `most`. Those of running runs always stay."""

    def __init__(self, path: str, keep_seconds: float, most: int, clock: Callable[[], float] = time.time) -> None:
        """Open or create the file. Raises sqlite3.Error."""
        self._keep_seconds, self._most, self._clock = keep_seconds, most, clock
        self._file = SqliteFile(path, "answers", SCHEMA, BUSY_SECONDS)
        self._delete_old(clock())

    async def claim(self, claim: Claim) -> str | None:
        """The first answer to a key; None if this claim is the first: its run may begin, and must be ended.

        Raises:
            KeyReused, RunInProgress, RunWithoutAnswer: see there.
        """
        now = self._clock()
        known = await self._file.in_thread(lambda: self._claim(claim, now))
        return None if known is None else first_answer(claim, known, now)

    async def keep(self, claim: Claim, answer: str) -> None:
        """End a run with its answer."""
        await self._end(claim, "answered", answer)

    async def fail(self, claim: Claim) -> None:
        """End a run that has no answer and must not be run again."""
        await self._end(claim, "failed", "")

    async def release(self, claim: Claim) -> None:
        """End a run that did nothing: the next request with its key runs."""
        await self._execute(f"DELETE FROM answers {OF_RUN}", claim.owner, claim.key, claim.run_id)  # noqa: S608

    async def delete(self, owner: str, conversation_id: str) -> None:
        """Delete the answers in a conversation, also from the write-ahead log unless another process reads now."""
        await self._execute("DELETE FROM answers WHERE owner = ? AND conversation = ?", owner, conversation_id)
        await self._execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close the file."""
        await self._file.close()

    def _claim(self, claim: Claim, now: float) -> Known | None:
        """What is known of a key; None if it is new, and claimed now. Both or neither, also with another release."""
        self._file.database.execute("BEGIN IMMEDIATE")
        with self._file.database:  # commits, or rolls back
            self._delete_old(now)
            row = self._file.database.execute(SELECT, (claim.owner, claim.key)).fetchone()
            if row is not None:
                return Known(*row)
            names = (claim.owner, claim.key, claim.fingerprint, claim.run_id, claim.conversation_id)
            self._file.database.execute(INSERT, (*names, now, now + claim.seconds + MARGIN_SECONDS))
            self._file.database.execute(DELETE_MANY, (claim.owner, now, self._most))
            return None

    def _delete_old(self, now: float) -> None:
        self._file.database.execute(DELETE_OLD, (now - self._keep_seconds, now))

    async def _end(self, claim: Claim, state: str, answer: str) -> None:
        update = f"UPDATE answers SET state = ?, answer = ?, until = 0 {OF_RUN}"  # noqa: S608  no value is in it
        await self._execute(update, state, answer, claim.owner, claim.key, claim.run_id)

    async def _execute(self, statement: str, *values: object) -> None:
        await self._file.in_thread(lambda: self._file.database.execute(statement, values).fetchall())


def open_answers(path: str, keep_hours: float, most: int) -> Answers:
    """The answers in a file; without a path, those of this process alone. Raises StartError."""
    try:
        return Answers(path or MEMORY, keep_hours * SECONDS_PER_HOUR, most)
    except sqlite3.Error as error:
        raise StartError(f"AGENT_CONVERSATIONS={path} can't be used: {error}") from None
