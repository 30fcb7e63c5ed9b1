"""The runner."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from pydantic_ai import (
    Agent,
    AgentRunResultEvent,
    ModelAPIError,
    ModelContextWindowExceededError,
    ModelMessage,
    RunUsage,
    UsageLimitExceeded,
    capture_run_messages,
)

from agent.errors import ContextFullError, DeadlineError
from agent.metrics import Metrics
from agent.run.admission import Admission
from agent.run.deadline import deadline
from agent.run.events import Event, event_of
from agent.run.request import RunRequest, RunResult
from agent.run.usage import Usage, account, count


class Runner:
    """Runs the agent with a deadline for each run, and counts its usage."""

    def __init__(
        self,
        agent: Agent[None, str],
        context_window_tokens: int | None,
        metrics: Metrics,
        deadline_seconds: float,
        admission: Admission,
    ) -> None:
        self._agent = agent
        self._admission = admission
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds
        self._context_window_tokens = context_window_tokens

    async def run(self, request: RunRequest) -> RunResult:
        """The agent's answer to one request, and its usage.

        Raises:
            OverloadedError: too many other runs are going on.
            DeadlineError: there was no answer in time; the run was cancelled.
            ContextFullError: the run doesn't fit into the model's context window.
            AgentRunError: from pydantic-ai: the model's API failed, or the run exceeded a usage limit.
        """
        async with self._accounted(request) as (usage, messages):
            result = await self._agent.run(
                request.task,
                usage=usage,
                run_id=request.run_id,
                conversation_id=request.conversation_id,
                infer_name=False,
            )
        return self._result(request, result.output, self._usage(usage, messages))

    async def stream(self, request: RunRequest, emit: Callable[[Event], Awaitable[None]]) -> RunResult:
        """As `run`, and `emit` gets each event as it comes. The run waits for it."""
        async with (
            self._accounted(request) as (usage, messages),
            self._agent.run_stream_events(
                request.task,
                usage=usage,
                run_id=request.run_id,
                conversation_id=request.conversation_id,
                infer_name=False,
            ) as events,
        ):
            async for event in events:
                if isinstance(event, AgentRunResultEvent):
                    return self._result(request, event.result.output, self._usage(usage, messages))
                if (told := event_of(event)) is not None:
                    await emit(told)
        raise RuntimeError("the run ended without a result")

    @asynccontextmanager
    async def _accounted(self, request: RunRequest) -> AsyncIterator[tuple[RunUsage, Sequence[ModelMessage]]]:
        seconds = min(request.deadline_seconds or self._deadline_seconds, self._deadline_seconds)
        began = asyncio.get_running_loop().time()  # the wait for a slot is part of the deadline
        async with self._admission.slot(seconds):
            usage, outcome = RunUsage(), "answered"
            with capture_run_messages() as messages:
                try:
                    async with deadline(seconds, began):
                        yield usage, messages
                except BaseException as error:
                    outcome = outcome_of(error)
                    raise
                finally:
                    # A failed run costs money too.
                    count(self._metrics, self._usage(usage, messages), messages, outcome)

    def _usage(self, usage: RunUsage, messages: Sequence[ModelMessage]) -> Usage:
        return account(usage, messages, self._context_window_tokens)

    def _result(self, request: RunRequest, answer: str, usage: Usage) -> RunResult:
        return RunResult(answer=answer, usage=usage, run_id=request.run_id, conversation_id=request.conversation_id)


def outcome_of(error: BaseException) -> str:
    """How a run ended that raised: one of the metrics' OUTCOMES."""
    match error:
        case UsageLimitExceeded():
            return "usage_limit"
        case DeadlineError():
            return "deadline"
        case ContextFullError() | ModelContextWindowExceededError():
            return "context_full"
        case ModelAPIError():
            return "vendor_error"
        case Exception():
            return "error"
        case _:
            return "cancelled"
