"""The agent's tools. A tool is an async function; the model reads its docstring.

A tool that can't do its task raises ToolFailed: the model reads the message and can continue.
"""

from collections.abc import Awaitable, Callable

from agent.tools.arithmetic import calculate
from agent.tools.catalogue import look_up
from agent.tools.dates import date_after, days_between
from agent.tools.units import convert
from agent.tools.words import count_words

Tool = Callable[..., Awaitable[str]]

TOOLS: tuple[Tool, ...] = (calculate, convert, count_words, date_after, days_between, look_up)
TOOL_NAMES = tuple(sorted(tool.__name__ for tool in TOOLS))
