"""Where the usage of a run counts that pydantic-ai does not count itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pydantic_ai import RunUsage, UsageLimits

SPENT: ContextVar[tuple[RunUsage, UsageLimits] | None] = ContextVar("spent", default=None)


@contextmanager
def spent_in(usage: RunUsage, limits: UsageLimits) -> Iterator[None]:
    """Count such usage during the body in this, within the run's limits."""
    token = SPENT.set((usage, limits))
    try:
        yield
    finally:
        SPENT.reset(token)
