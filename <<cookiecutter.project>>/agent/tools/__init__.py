"""What the agent can do. A tool is an async function; its docstring is what a model reads about it.

A tool that can't do what was asked raises ToolFailed: the model sees the message and can go on.
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
