"""The agent's tools. A tool is an async function; the model reads its docstring.

A tool that can't do its task raises ToolFailed: the model reads the message and can continue.
"""

import os
from collections.abc import Awaitable, Callable

from pydantic_ai import FunctionToolset
from pydantic_ai.toolsets import CombinedToolset

from agent.metrics import Metrics
from agent.settings import Settings
from agent.tools.arithmetic import calculate
from agent.tools.catalogue import look_up
from agent.tools.dates import date_after, days_between
from agent.tools.limits import LimitedTools, ToolLimits
from agent.tools.mcp import mcp_tools, servers_of
from agent.tools.units import convert
from agent.tools.words import count_words

__all__ = ["TOOLS", "TOOLSET", "TOOL_NAMES", "LimitedTools", "Tool", "ToolLimits", "tools_of"]

Tool = Callable[..., Awaitable[str]]

TOOLS: tuple[Tool, ...] = (calculate, convert, count_words, date_after, days_between, look_up)
TOOLSET = FunctionToolset[None](list(TOOLS))
TOOL_NAMES = tuple(sorted(tool.__name__ for tool in TOOLS))


def tools_of(settings: Settings, metrics: Metrics) -> LimitedTools:
    """The agent's tools and those of MCP servers, within the limits of the settings. Raises StartError."""
    limits = ToolLimits(settings.tool_timeout_seconds, settings.max_tool_result_characters)
    others = mcp_tools(servers_of(settings.mcp_servers, os.environ), metrics)
    return LimitedTools(CombinedToolset([TOOLSET, *others]) if others else TOOLSET, limits, metrics)
