"""Where conversations, answers and budgets are kept: a SQLite file, or PostgreSQL by its URL."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from agent.errors import StartError
from agent.settings import Settings, is_url

if TYPE_CHECKING:
    from agent.postgres import Postgres

Kept = TypeVar("Kept")

Place: TypeAlias = "str | Postgres"
"""The path of a file, empty for none; or a database."""


def place_of(settings: Settings) -> Place:
    """What AGENT_CONVERSATIONS names. Raises StartError."""
    return database(settings.conversations) if is_url(settings.conversations) else settings.conversations_file


def place_of_experiments(settings: Settings) -> Place:
    """What AGENT_EXPERIMENTS names: a run waits for it for a second, and goes on without it; so does the start. Raises
    StartError."""
    if not is_url(settings.experiments):
        return settings.experiments_file
    return database(settings.experiments, "AGENT_EXPERIMENTS", wait_seconds=1.0, is_awaited=False)


def database(
    url: str,
    setting: str = "AGENT_CONVERSATIONS",
    wait_seconds: float | None = None,
    *,
    is_awaited: bool = True,
) -> "Postgres":
    """A database that is not connected yet; if it is not `is_awaited`, a start does not need its server. Only here its
    driver is imported: not every image has it.

    Raises:
        StartError: the URL is wrong, or the driver is not installed.
    """
    try:
        from agent.postgres import PATIENCE, Patience, Postgres
    except ImportError as error:
        raise StartError(
            f"{setting} is a URL, and the package {error.name} is not installed: write asyncpg in "
            "requirements/agent.in, and run make requirements"
        ) from error
    patience = PATIENCE if wait_seconds is None else Patience(connect=wait_seconds, command=wait_seconds)
    return Postgres(url, patience, setting, is_awaited=is_awaited)


def in_file(open_file: Callable[[str], Kept], path: str, setting: str = "AGENT_CONVERSATIONS") -> Kept:
    """What is kept in the file at this path, opened. Raises StartError."""
    try:
        return open_file(path)
    except sqlite3.Error as error:
        raise StartError(f"{setting}={path} can't be used: {error}") from None


@asynccontextmanager
async def opened(place: Place) -> AsyncIterator[None]:
    """Connects to a database for as long as this is open; a file is open already. Raises StartError."""
    if isinstance(place, str):
        yield
        return
    async with place:
        yield


def is_reachable(place: Place) -> bool:
    """Whether a database has answered lately; a file always does."""
    return isinstance(place, str) or place.is_reachable()
