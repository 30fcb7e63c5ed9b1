"""PostgreSQL, which all releases and all hosts with its URL share. Importing this needs asyncpg."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol, Self

import asyncpg

from agent.errors import StartError, StorageError, StorageUnavailable
from agent.postgres_url import name_of, without_password

MOST_CONNECTIONS = 10
"""Of one process: during a rollout, two use the database. A server has 100 by default."""

SCHEMA_LOCK = 7_300_111_600
"""Two releases that start at once create the tables one after the other."""

# Unreachable, starting, stopping, full of connections, or a standby that takes no writes yet: later it may answer.
UNAVAILABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TooManyConnectionsError,
)

Row = Sequence[Any]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long a database is waited for, in seconds. One that is away for less than `unready` costs some requests, and
    no release its traffic."""

    connect: float = 5.0
    command: float = 5.0
    look: float = 2.0
    unready: float = 10.0


PATIENCE = Patience()


class Connection(Protocol):
    """A connection of asyncpg, as far as it is used."""

    async def fetch(self, query: str, *values: object) -> list[Row]:
        """What a statement returns; $1 is the first value."""

    async def execute(self, query: str, *values: object) -> str:
        """Run a statement or, without values, several."""

    async def executemany(self, query: str, rows: Sequence[Row]) -> None:
        """Run a statement for each of these rows of values, all or none."""

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """A transaction, for as long as it is open."""


class Postgres:
    """A pool of connections. Each method raises StorageUnavailable if there is no answer in time, and StorageError if
    the answer is an error."""

    def __init__(
        self,
        url: str,
        patience: Patience = PATIENCE,
        setting: str = "AGENT_CONVERSATIONS",
        *,
        is_awaited: bool = True,
    ) -> None:
        """Connects to nothing yet; `setting` is where the URL is from. One that is not `is_awaited` may be opened while
        its server can't be reached: it connects later. Raises StartError: the URL is wrong."""
        self.name = name_of(url, setting)
        self._setting, self._is_awaited = setting, is_awaited
        self._url, self._patience = url, patience
        self._schemas: list[str] = []
        self._pool: Any = None
        self._looking: asyncio.Task[None] | None = None
        self._answered_at = time.monotonic()
        self._is_closing = False

    def needs(self, schema: str) -> None:
        """Create what these statements name, once the database is open."""
        self._schemas.append(schema)

    async def __aenter__(self) -> Self:
        """Connect, and create what is missing. Raises StartError."""
        try:
            await self._connect()
        except StorageError as error:
            if self._is_awaited or not isinstance(error, StorageUnavailable):
                raise StartError(f"{self._setting}: {error}") from None
            self._answered_at = -math.inf
            logger.error("%s: %s; the service starts without it, and goes on trying", self._setting, error)
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections, whether their server answers or not."""
        self._is_closing = True
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking], timeout=self._patience.command)
        if self._pool is not None:
            with suppress(*UNAVAILABLE):
                await asyncio.wait_for(self._pool.close(), self._patience.command)
            self._pool.terminate()

    def is_reachable(self) -> bool:
        """Whether it has answered within the last seconds."""
        return time.monotonic() - self._answered_at < self._patience.unready

    async def rows(self, query: str, *values: object) -> list[Row]:
        """What a statement returns; $1 is the first value."""
        async with self.connection() as connection:
            return await connection.fetch(query, *values)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """All of what is done inside or, if it fails or is cancelled, nothing of it."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """One connection of the pool."""
        try:
            if self._pool is None:
                raise StorageUnavailable(f"the database {self.name} is not open")
            async with self._pool.acquire(timeout=self._patience.connect) as connection:
                yield connection
        except UNAVAILABLE as error:
            raise StorageUnavailable(f"the database {self.name} does not answer: {_said(error)}") from error
        except asyncpg.PostgresError as error:
            raise StorageError(f"the database {self.name} refused: {_said(error)}") from error

    async def _connect(self) -> None:
        """Connect, and create what is missing; nobody uses a connection before. Raises StorageUnavailable if the server
        can't be reached, and StorageError if it can, or never will."""
        pool: Any = None
        try:
            pool = await asyncpg.create_pool(
                self._url,
                min_size=1,
                max_size=MOST_CONNECTIONS,
                timeout=self._patience.connect,
                command_timeout=self._patience.command,
            )
            async with pool.acquire(timeout=self._patience.connect) as connection, connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", SCHEMA_LOCK)
                for schema in self._schemas:
                    await connection.execute(schema)
        except BaseException as error:
            if pool is not None:
                pool.terminate()
            if not isinstance(error, (ValueError, asyncpg.PostgresError, *UNAVAILABLE)):
                raise
            # A wrong option of the URL, or a certificate that is not trusted, is a ValueError too.
            is_away = isinstance(error, UNAVAILABLE) and not isinstance(error, ValueError)
            said = without_password(str(error), self._url) or f"no answer within {self._patience.connect:g} s"
            kind = StorageUnavailable if is_away else StorageError
            raise kind(f"the database {self.name} can't be used: {said}") from None
        self._pool, self._answered_at = pool, time.monotonic()

    async def _look(self) -> None:
        """Ask every few seconds whether it answers, so that /health knows it and never waits."""
        said = ""
        while True:
            await asyncio.sleep(self._patience.look)
            was_reachable = self.is_reachable()
            try:
                if self._pool is None:
                    await self._connect()
                await self.rows("SELECT 1")
                self._answered_at = time.monotonic()
            except StorageError as error:
                is_refused = self._pool is None and not isinstance(error, StorageUnavailable)
                if was_reachable or (is_refused and str(error) != said):
                    logger.warning("%s", error)
                said = str(error)
            if self.is_reachable() != was_reachable:
                logger.warning("the database %s %s", self.name, "answers again" if not was_reachable else "is lost")
            if self._is_closing:  # asyncpg reports a cancellation that comes with a timeout as a timeout
                return


def _said(error: Any) -> str:
    return f"{type(error).__name__}: {error}"
