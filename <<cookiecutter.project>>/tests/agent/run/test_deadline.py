"""The deadline of a run."""

import asyncio

import pytest

from agent.errors import DeadlineError
from agent.run.deadline import deadline


def test_a_body_that_takes_too_long_is_cancelled() -> None:
    async def scenario() -> None:
        async with deadline(0.01):
            await asyncio.Event().wait()

    with pytest.raises(DeadlineError, match=r"within 0\.01 s: .* raise AGENT_DEADLINE_SECONDS"):
        asyncio.run(scenario())


def test_a_timeout_of_the_body_itself_is_not_the_deadline() -> None:
    async def scenario() -> None:
        async with deadline(60):
            raise TimeoutError("a tool's own")

    with pytest.raises(TimeoutError, match="a tool's own"):
        asyncio.run(scenario())


def test_a_cancelled_body_stays_cancelled() -> None:
    async def scenario() -> None:
        async with deadline(60):
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(scenario())
