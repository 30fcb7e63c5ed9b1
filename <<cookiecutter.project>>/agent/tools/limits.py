"""Limits of every tool call: how long it may take, and how much of its result the model gets."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from pydantic_ai import ModelRetry, RunContext, ToolFailed
from pydantic_ai.toolsets import ToolsetTool, WrapperToolset
from pydantic_core import to_json

from agent.metrics import Metrics


@dataclass(frozen=True)
class ToolLimits:
    """The longest that one call may take, and the most characters of its result."""

    seconds: float
    characters: int


@dataclass
class LimitedTools(WrapperToolset[None]):
    """Tools within these limits. A call that takes too long has failed, which the model is told; it may go on without.

    A tool must be async to be cancelled: the thread of one that is not goes on until it ends by itself.
    """

    limits: ToolLimits
    metrics: Metrics

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[None], tool: ToolsetTool[None]
    ) -> Any:
        """The tool's result, or as much of it as the limit allows. Raises ToolFailed too: it took too long."""
        with self._timed(name):
            timer = asyncio.timeout(self.limits.seconds)
            try:
                async with timer:
                    result = await self.wrapped.call_tool(name, tool_args, ctx, tool)
            except TimeoutError:
                if not timer.expired():  # the tool's own
                    raise
                raise TimedOut(
                    f"{name} was stopped: it had no result within {self.limits.seconds:g} s. What it did until then "
                    "may have taken effect."
                ) from None
        return shortened(result, self.limits.characters)

    @contextmanager
    def _timed(self, tool: str) -> Iterator[None]:
        began, outcome = perf_counter(), "success"
        try:
            yield
        except BaseException as error:
            outcome = outcome_of(error)
            raise
        finally:
            self.metrics.count_tool_seconds(tool, outcome, perf_counter() - began)


class TimedOut(ToolFailed):
    """A tool call that took too long."""


def outcome_of(error: BaseException) -> str:
    """How a tool call that raised this ended: one of the metrics' TOOL_OUTCOMES."""
    match error:
        case TimedOut():
            return "timeout"
        case ToolFailed() | ModelRetry():
            return "failure"
        case Exception():
            return "error"
        case _:
            return "cancelled"


def shortened(result: Any, characters: int) -> Any:
    """A result as it is or, if it is too long, the beginning of its text with a note that says so."""
    text = result if isinstance(result, str) else to_json(result, fallback=str).decode()
    if len(text) <= characters:
        return result
    return f"{text[:characters]}\n[cut: the first {characters} of {len(text)} characters; ask for less at once]"
