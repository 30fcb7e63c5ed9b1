"""The two places where conversations, answers and budgets can be kept. One set of tests runs on both."""

import re
import sqlite3
from abc import ABC, abstractmethod
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.place import Place, database
from tests.agent.postgres_server import PostgresServer

TABLE = re.compile(r"\{(\w+)\}")


class Storage(ABC):
    """`setting` is the value of AGENT_CONVERSATIONS."""

    setting: str
    prefix: str

    @abstractmethod
    def place(self) -> Place:
        """As the service makes it from its setting; not open yet."""

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of a statement, as of another process; `{entries}` is the table's name."""
        return self._execute(TABLE.sub(rf"{self.prefix}\1", statement))

    @abstractmethod
    def _execute(self, statement: str) -> list[tuple[Any, ...]]: ...


@dataclass(frozen=True)
class SqliteStorage(Storage):
    """A file."""

    path: Path
    prefix: str = ""

    @property
    def setting(self) -> str:  # type: ignore[override]
        return str(self.path)

    def place(self) -> Place:
        return str(self.path)

    def _execute(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as database:
            if ";" in statement:
                database.executescript(statement)
                return []
            return database.execute(statement).fetchall()


@dataclass(frozen=True)
class PostgresStorage(Storage):
    """A schema of its own on the tests' server."""

    server: PostgresServer
    schema: str
    prefix: str = "agent_"

    @property
    def setting(self) -> str:  # type: ignore[override]
        return self.server.url(self.schema)

    def place(self) -> Place:
        return database(self.setting)

    def _execute(self, statement: str) -> list[tuple[Any, ...]]:
        return self.server.execute(statement, self.schema)
