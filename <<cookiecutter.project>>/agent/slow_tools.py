"""`python -m agent.slow_tools` serves with one tool that takes time, to see what a slow tool does to the service.

SLOW_TOOL is the tool, SLOW_TOOL_SECONDS the longest that a call takes, SLOW_TOOL_AFTER_SECONDS how long after the first
call that begins.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from functools import wraps
from random import Random
from typing import Any

from pydantic_ai import FunctionToolset

from agent import __main__ as service
from agent.run import agent as ours
from agent.tools import Tool


def slowed(tool: Tool, longest_seconds: float, after_seconds: float, clock: Callable[[], float]) -> Tool:
    """The tool, whose calls take up to this long once so many seconds have passed since the first of them."""
    chance, began = Random(0), list[float]()  # noqa: S311  repeatable, not unguessable

    @wraps(tool)
    async def slow(*args: Any, **kwargs: Any) -> str:
        if not began:
            began.append(clock())
        if clock() - began[0] >= after_seconds:
            await asyncio.sleep(chance.uniform(0, longest_seconds))
        return await tool(*args, **kwargs)

    return slow


def main() -> int:
    """Serve until stopped. Raises KeyError without the variables."""
    name, longest = os.environ["SLOW_TOOL"], float(os.environ["SLOW_TOOL_SECONDS"])
    after = float(os.environ.get("SLOW_TOOL_AFTER_SECONDS", "0"))
    tools = [slowed(each, longest, after, time.monotonic) if each.__name__ == name else each for each in ours.TOOLS]
    ours.TOOLSET = FunctionToolset[None](list(tools))
    return service.main()


if __name__ == "__main__":
    sys.exit(main())
