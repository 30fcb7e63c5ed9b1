"""What tools the agent can have, and what holds for each. A tool is an async function; the model reads its docstring.

A tool that can't do its task raises ToolFailed: the model reads the message and can continue.
"""

from collections.abc import Awaitable, Callable

from agent.tools.limits import LimitedTools, ToolLimits
from agent.tools.mcp import mcp_tools, servers_of

__all__ = ["LimitedTools", "Tool", "ToolLimits", "mcp_tools", "servers_of"]

Tool = Callable[..., Awaitable[str]]
