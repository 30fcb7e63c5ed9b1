"""Keys in PostgreSQL."""

from agent.idempotency.claim import Claim, Known, State
from agent.postgres import Postgres

# Only ever add columns with defaults: the release before reads and writes this table too.
SCHEMA = """
CREATE TABLE IF NOT EXISTS agent_answers (
  owner text NOT NULL, key text NOT NULL, fingerprint text NOT NULL, run_id text NOT NULL, conversation text NOT NULL,
  state text NOT NULL, at double precision NOT NULL, until double precision NOT NULL, answer text NOT NULL,
  PRIMARY KEY (owner, key));
CREATE INDEX IF NOT EXISTS agent_answers_by_age ON agent_answers (at);
CREATE INDEX IF NOT EXISTS agent_answers_by_owner ON agent_answers (owner, at);
"""
SELECT = "SELECT fingerprint, state, until, answer FROM agent_answers WHERE owner = $1 AND key = $2"
# It waits for another release that claims the same key, and then does nothing.
INSERT = """
INSERT INTO agent_answers (owner, key, fingerprint, run_id, conversation, state, at, until, answer)
VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, '') ON CONFLICT (owner, key) DO NOTHING RETURNING key"""
# Two releases that delete the same rows do not wait for each other.
DELETE_OLD = """
DELETE FROM agent_answers WHERE (owner, key) IN (
  SELECT owner, key FROM agent_answers WHERE at < $1 AND until < $2 FOR UPDATE SKIP LOCKED)"""
DELETE_MANY = """
DELETE FROM agent_answers WHERE (owner, key) IN (
  SELECT owner, key FROM agent_answers WHERE owner = $1 AND until < $2 ORDER BY at DESC OFFSET $3
  FOR UPDATE SKIP LOCKED)"""
OF_RUN = "WHERE owner = $1 AND key = $2 AND run_id = $3"


class PostgresKeys:
    """Each method raises StorageError."""

    def __init__(self, database: Postgres) -> None:
        """The database is opened and closed by whoever made it."""
        self._database = database
        database.needs(SCHEMA)

    async def claim(self, claim: Claim, now: float, until: float) -> Known | None:
        """What is known of a key; None if it is new, and claimed now."""
        names = (claim.owner, claim.key, claim.fingerprint, claim.run_id, claim.conversation_id)
        while True:
            if await self._database.rows(INSERT, *names, now, until):
                return None
            if rows := await self._database.rows(SELECT, claim.owner, claim.key):
                return Known(*rows[0])
            # It was released between the two statements: claim it again.

    async def forget_old(self, before: float, now: float) -> None:
        """Delete the answers from before then; what runs now stays."""
        await self._database.rows(DELETE_OLD, before, now)

    async def forget_many(self, owner: str, most: int, now: float) -> None:
        """Delete all of an owner's answers but the newest; what runs now stays."""
        await self._database.rows(DELETE_MANY, owner, now, most)

    async def end(self, claim: Claim, state: State, answer: str) -> None:
        """Write how a run ended, unless its key has another run meanwhile."""
        update = f"UPDATE agent_answers SET state = $4, answer = $5, until = 0 {OF_RUN}"  # noqa: S608  no value is in it
        await self._database.rows(update, claim.owner, claim.key, claim.run_id, state, answer)

    async def release(self, claim: Claim) -> None:
        """Delete a run's claim."""
        await self._database.rows(f"DELETE FROM agent_answers {OF_RUN}", claim.owner, claim.key, claim.run_id)  # noqa: S608

    async def delete(self, owner: str, conversation_id: str) -> None:
        """Delete the answers in a conversation."""
        await self._database.rows(
            "DELETE FROM agent_answers WHERE owner = $1 AND conversation = $2", owner, conversation_id
        )

    async def close(self) -> None:
        """The database stays open."""
