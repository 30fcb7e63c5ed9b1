"""The service with a slow tool."""

import asyncio
import inspect
import time

import pytest
from pydantic_ai import Agent

from agent.models.offline.model import make_offline_model
from agent.slow_tools import slowed
from agent.tools.catalogue import look_up

MOST_SECONDS = 0.5


def seconds(faults: str) -> float:
    """How long a run takes whose lookups take up to MOST_SECONDS each."""
    tools = [slowed(look_up, MOST_SECONDS, 0.0, time.monotonic)]
    began = time.perf_counter()
    asyncio.run(Agent(make_offline_model(f"offline:{faults}"), tools=tools).run("hello"))
    return time.perf_counter() - began


def test_calls_at_once_take_as_long_as_the_slowest_and_others_as_long_as_all_together() -> None:
    in_turn, at_once = seconds("lookups=8"), seconds("lookups=8,parallel")
    assert in_turn > 3 * MOST_SECONDS, "the sum of eight draws"
    assert at_once < in_turn / 2


def test_a_tool_gets_slow_at_its_time_and_looks_the_same() -> None:
    now = 5.0
    tool = slowed(look_up, 100, 10.0, lambda: now)

    async def price(within_seconds: float) -> str:
        return await asyncio.wait_for(tool("desk lamp", "price"), within_seconds)

    assert asyncio.run(price(60)) == "39.90 EUR"
    now = 15.0
    with pytest.raises(TimeoutError):
        asyncio.run(price(0.1))  # 0.84 of 100 s
    assert (tool.__name__, tool.__doc__) == (look_up.__name__, look_up.__doc__)
    assert inspect.signature(tool) == inspect.signature(look_up)
