"""The runner."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from pydantic_ai import Agent, AgentStreamEvent, ModelMessage, RunContext, capture_run_messages
from pydantic_ai.agent import EventStreamHandler
from pydantic_ai.conversation import Conversation

from agent.budget import Budget
from agent.context import spent_in
from agent.conversations import Conversations
from agent.metrics import Metrics
from agent.run.admission import Admission
from agent.run.deadline import deadline
from agent.run.events import Event, Token, event_of
from agent.run.limits import RunLimits
from agent.run.outcome import outcome_of, outcome_of_answer
from agent.run.progress import Progress
from agent.run.request import RunRequest, RunResult
from agent.run.treatment import TreatedRuns
from agent.run.units import DailyUnits
from agent.run.usage import Usage, account, count, tool_calls

NO_LIMITS_SET = RunLimits()


class Runner:
    """Runs the agent with a deadline for each run, and counts its usage."""

    def __init__(
        self,
        agent: Agent[None, str],
        context_window_tokens: int | None,
        metrics: Metrics,
        deadline_seconds: float,
        admission: Admission,
        kept: Conversations | None = None,
        limits: RunLimits = NO_LIMITS_SET,
        budget: Budget | None = None,
        treated: TreatedRuns | None = None,
    ) -> None:
        self._treated = treated
        self._units = DailyUnits(metrics.units)
        self._limits = limits.usage_limits()
        self._agent = agent
        self._kept = kept
        self._budget = budget
        self._admission = admission
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds
        self._context_window_tokens = context_window_tokens

    async def run(self, request: RunRequest) -> RunResult:
        """The agent's answer to one request, and its usage.

        Raises:
            ConversationFull: the conversation is too long to be continued.
            ConversationConflict: another run of the same conversation was kept meanwhile.
            BudgetUsedUp: nothing is left of today's budget.
            OverloadedError: too many other runs are going on.
            DeadlineError: there was no answer in time; the run was cancelled.
            ClientDeadlineError: the same, and the deadline was the request's own.
            OutputTokenLimitExceeded: the model's limit on output tokens left no answer.
            ContentFilterError: the content filter of the model's API ended the answer.
            ContextFullError: the run doesn't fit into the model's context window.
            AgentRunError: from pydantic-ai: the model's API failed, or the run exceeded a usage limit.
        """
        return await self._run(request)

    async def stream(self, request: RunRequest, emit: Callable[[Event], Awaitable[None]]) -> RunResult:
        """As `run`, and `emit` gets each event as it comes. The run waits for it.

        Raises SlowClientError too: `emit` took so long that there was no answer in time.
        """
        return await self._run(request, emit)

    async def _run(self, request: RunRequest, emit: Callable[[Event], Awaitable[None]] | None = None) -> RunResult:
        async with self._accounted(request) as run:
            conversation = await self._load(request)
            result = await self._agent.run(
                request.task,
                message_history=conversation.messages if conversation else None,
                usage=run.usage,
                usage_limits=self._limits,
                run_id=request.run_id,
                conversation_id=request.conversation_id,
                infer_name=False,
                # `run_stream_events` would cost a task, and a switch between two for each event.
                event_stream_handler=None if emit is None else self._shown(run, emit),
            )
            await self._keep(request, conversation, result.new_messages())
            run.finish_reason = result.response.finish_reason
        return RunResult(
            answer=result.output,
            usage=self._usage(request, run),
            run_id=request.run_id,
            conversation_id=request.conversation_id,
            finish_reason=run.finish_reason,
        )

    def _shown(self, run: Progress, emit: Callable[[Event], Awaitable[None]]) -> EventStreamHandler[None]:
        """What hands a run's events on, as they come."""

        async def show(_context: RunContext[None], events: AsyncIterable[AgentStreamEvent]) -> None:
            async for event in events:
                if (shown := event_of(event)) is None:
                    continue
                if isinstance(shown, Token) and (seconds := run.first_token()) is not None:
                    self._metrics.time_to_first_token_seconds.observe(seconds)
                async with run.waiting():
                    await emit(shown)

        return show

    def deadline_of(self, request: RunRequest) -> float:
        """The longest that this run can take, in seconds."""
        return request.deadline(self._deadline_seconds)[0]

    @asynccontextmanager
    async def _accounted(self, request: RunRequest) -> AsyncIterator[Progress]:
        if self._budget is not None:
            await self._budget.admit(request.owner)
        seconds, is_the_clients = request.deadline(self._deadline_seconds)
        began = asyncio.get_running_loop().time()  # the wait for a slot is part of the deadline
        async with self._admission.slot(seconds, is_the_clients=is_the_clients):
            self._units.note(request)
            with capture_run_messages() as messages:
                run = Progress(messages, is_the_clients, began)
                try:
                    async with deadline(seconds, began, run.late):
                        if self._treated is not None:
                            run.treatment = await self._treated.of(request)
                        with run.treatment.applied(self._agent), spent_in(run.usage, self._limits):
                            yield run
                    outcome = outcome_of_answer(run.finish_reason)
                except BaseException as error:
                    outcome = outcome_of(error, own_messages(request, messages))
                    raise
                finally:
                    # A failed run costs money too.
                    own = own_messages(request, run.messages)
                    request.record.outcome, request.record.usage = outcome, self._usage(request, run)
                    request.record.has_called_tools = bool(tool_calls(own))
                    count(self._metrics, request.record.usage, own, outcome)
                    if self._budget is not None:
                        await self._budget.charge(request.owner, request.record.usage.spent())
                    if self._treated is not None:
                        await self._treated.ended(
                            request, run.treatment, outcome, request.record.usage, run.seconds(), own
                        )

    async def _load(self, request: RunRequest) -> Conversation | None:
        if self._kept is None or not request.is_kept:
            return None
        return await self._kept.load(request.owner, request.conversation_id)

    # Part of the run and of its deadline: an answer that could not be kept was not given.
    async def _keep(
        self, request: RunRequest, conversation: Conversation | None, messages: Sequence[ModelMessage]
    ) -> None:
        if self._kept is not None and conversation is not None:
            await self._kept.add(request.owner, conversation, messages)

    def _usage(self, request: RunRequest, run: Progress) -> Usage:
        treatment = run.treatment
        window_tokens = treatment.window_tokens if treatment.has_model else self._context_window_tokens
        return account(run.usage, own_messages(request, run.messages), window_tokens)


def own_messages(request: RunRequest, messages: Sequence[ModelMessage]) -> list[ModelMessage]:
    """A run's own messages, without those of the conversation that it continues."""
    return [message for message in messages if message.run_id == request.run_id]
