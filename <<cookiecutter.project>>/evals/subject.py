"""What is evaluated: the agent as the service assembles it, without HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic_ai import Agent, AgentRunResult, ModelResponse, OutputTokenLimitExceeded, ToolCallPart

from agent.context import FittedModel
from agent.metrics import Metrics
from agent.models import make_model
from agent.run import TOOL_NAMES, build_agent, capabilities_of, tools_of
from agent.settings import Settings


@dataclass(frozen=True)
class Run:
    """One run: its answer, the tools that it called, in their order, and its tokens, sent and received."""

    answer: str
    tools: tuple[str, ...]
    tokens: int


Solve = Callable[[str], Awaitable[Run]]


def agent_of(settings: Settings) -> Agent[None, str]:
    """The service's agent. Raises StartError if the model or an MCP server can't be used."""
    model, metrics = make_model(settings.model), Metrics(TOOL_NAMES)
    window_tokens = settings.context_window_tokens or model.context_window
    fitted = FittedModel(
        model, window_tokens, metrics, is_managed=settings.manage_context, with_summaries=settings.context_summaries
    )
    return build_agent(fitted, tools_of(settings, metrics), capabilities_of(settings))


@asynccontextmanager
async def solver(agent: Agent[None, str], deadline_seconds: float) -> AsyncIterator[Solve]:
    """Opens the agent; its function solves one task, or raises what the run raised."""

    async def solve(task: str) -> Run:
        return run_of(await agent.run(task, timeout=deadline_seconds))

    async with agent:
        yield solve


def run_of(result: AgentRunResult[str]) -> Run:
    """A finished run as the evaluators see it. Raises OutputTokenLimitExceeded for an answer that is cut."""
    if result.response.finish_reason == "length":
        raise OutputTokenLimitExceeded("the answer is cut: the model's limit on output tokens ended it")
    calls = [
        part.tool_name
        for message in result.new_messages()
        if isinstance(message, ModelResponse)
        for part in message.parts
        if isinstance(part, ToolCallPart)
    ]
    return Run(result.output, tuple(calls), result.usage.total_tokens)
