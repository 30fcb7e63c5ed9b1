"""A run while it goes on: what it has used, and whose fault it is if its time is over."""

from asyncio import get_running_loop
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic_ai import FinishReason, ModelMessage, RunUsage

from agent.errors import ClientDeadlineError, DeadlineError, SlowClientError
from agent.run.treatment import UNTREATED, Treatment

SLOW_CLIENT_RATIO = 0.01
"""A run that waited for its client for more than this share of its deadline did not end late by itself. A queue that is
full for a moment, because the run sends many events at once, takes less."""


@dataclass
class Progress:
    """One run, since `began` (the loop's clock). `waited_seconds` is how long it waited until its client had read
    enough of the stream."""

    messages: Sequence[ModelMessage]
    is_the_clients_deadline: bool
    began: float = 0.0
    usage: RunUsage = field(default_factory=RunUsage)
    waited_seconds: float = 0.0
    has_spoken: bool = False
    finish_reason: FinishReason | None = None
    treatment: Treatment = UNTREATED

    def seconds(self) -> float:
        """How long the run has taken, without those seconds in which it waited for its client."""
        return get_running_loop().time() - self.began - self.waited_seconds

    def first_token(self) -> float | None:
        """The seconds until the run's first token, without those in which it waited for its client; then None."""
        if self.has_spoken:
            return None
        self.has_spoken = True
        return self.seconds()

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Count the time of the body, which hands an event to the client."""
        began = get_running_loop().time()
        try:
            yield
        finally:
            self.waited_seconds += get_running_loop().time() - began

    def late(self, seconds: float) -> Exception:
        """The error of this run when its deadline is over."""
        if self.is_the_clients_deadline:
            return ClientDeadlineError(seconds)
        if self.waited_seconds > SLOW_CLIENT_RATIO * seconds:
            return SlowClientError()
        return DeadlineError(seconds)
