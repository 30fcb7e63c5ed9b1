"""Keys in the SQLite file that both releases of a rollout use."""

from agent.idempotency.claim import Claim, Known, State
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
BUSY_SECONDS = 5.0


class SqliteKeys:
    """Each method waits for the disk in the file's own thread, and raises StorageError."""

    def __init__(self, path: str) -> None:
        """Open or create the file. Raises sqlite3.Error."""
        self._file = SqliteFile(path, "answers", SCHEMA, BUSY_SECONDS)

    async def claim(self, claim: Claim, now: float, until: float) -> Known | None:
        """What is known of a key; None if it is new, and claimed now."""
        return await self._file.ask(lambda: self._claim(claim, now, until))

    async def forget_old(self, before: float, now: float) -> None:
        """Delete the answers from before then; what runs now stays."""
        await self._execute(DELETE_OLD, before, now)

    async def forget_many(self, owner: str, most: int, now: float) -> None:
        """Delete all of an owner's answers but the newest; what runs now stays."""
        await self._execute(DELETE_MANY, owner, now, most)

    async def end(self, claim: Claim, state: State, answer: str) -> None:
        """Write how a run ended, unless its key has another run meanwhile."""
        update = f"UPDATE answers SET state = ?, answer = ?, until = 0 {OF_RUN}"  # noqa: S608  no value is in it
        await self._execute(update, state, answer, claim.owner, claim.key, claim.run_id)

    async def release(self, claim: Claim) -> None:
        """Delete a run's claim."""
        await self._execute(f"DELETE FROM answers {OF_RUN}", claim.owner, claim.key, claim.run_id)  # noqa: S608

    async def delete(self, owner: str, conversation_id: str) -> None:
        """Delete the answers in a conversation, also from the write-ahead log unless another process reads now."""
        await self._execute("DELETE FROM answers WHERE owner = ? AND conversation = ?", owner, conversation_id)
        await self._execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close the file."""
        await self._file.close()

    def _claim(self, claim: Claim, now: float, until: float) -> Known | None:
        self._file.database.execute("BEGIN IMMEDIATE")
        with self._file.database:  # commits, or rolls back
            row = self._file.database.execute(SELECT, (claim.owner, claim.key)).fetchone()
            if row is not None:
                return Known(*row)
            names = (claim.owner, claim.key, claim.fingerprint, claim.run_id, claim.conversation_id)
            self._file.database.execute(INSERT, (*names, now, until))
            return None

    async def _execute(self, statement: str, *values: object) -> None:
        await self._file.ask(lambda: self._file.database.execute(statement, values).fetchall())
