"""The agent, built once, and a run of it: with a deadline, and with an account of what it used."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic_ai import Agent, RunUsage, capture_run_messages
from pydantic_ai.models import Model

from agent.errors import DeadlineError
from agent.metrics import Metrics
from agent.tools import TOOLS
from agent.usage import Usage, account

INSTRUCTIONS = "Solve the task with your tools. Answer with the result and its unit, in one sentence."


def build_agent(model: Model) -> Agent[None, str]:
    """The agent of this service on a model; entering it opens what the model and the tools need."""
    return Agent(model, name="agent", instructions=INSTRUCTIONS, tools=TOOLS, deps_type=type(None))


class Runner:
    """Runs the agent on tasks."""

    def __init__(self, agent: Agent[None, str], model: Model, metrics: Metrics, deadline_seconds: float) -> None:
        self._agent = agent
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds
        # Asked once: a real model's window is looked up in a table of prices.
        self._context_window_tokens = model.context_window

    async def run(self, task: str) -> tuple[str, Usage]:
        """The agent's answer to one task, and what it used.

        Raises:
            DeadlineError: there was no answer in time; the run is cancelled.
            AgentRunError: from pydantic-ai: the model's API failed, or a usage limit was passed.
        """
        run_usage = RunUsage()
        with capture_run_messages() as messages:
            try:
                async with deadline(self._deadline_seconds):
                    result = await self._agent.run(task, usage=run_usage, infer_name=False)
            finally:
                # A run that failed was paid for too.
                usage = account(run_usage, messages, self._context_window_tokens)
                self._metrics.count_run(usage, messages)
        return result.output, usage


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    """Cancel the body after some seconds and raise DeadlineError; its own TimeoutErrors pass."""
    timer = asyncio.timeout(seconds)
    try:
        async with timer:
            yield
    except TimeoutError as error:
        if timer.expired():
            raise DeadlineError(seconds) from error
        raise
