"""The offline model: it reads the task, calls the tools one by one, and answers with what they returned, in the manner
that the instructions ask for."""

import asyncio
from collections.abc import AsyncGenerator, Sequence, Set
from contextlib import asynccontextmanager
from typing import Any, Self

from pydantic_ai import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    ModelSettings,
    RunContext,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.models.function import AgentInfo, FunctionModel

from agent.errors import StartError
from agent.models.offline.faults import FaultError, Faults, parse_faults
from agent.models.offline.manner import manner_of
from agent.models.offline.misbehaviour import Misbehaviour
from agent.models.offline.plan import plan, resolve
from agent.models.offline.stream import OfflineStream
from agent.models.offline.tokens import cut, request_usage

CANNOT = (
    "I can't help with this: I can calculate, convert units, count words, reckon with dates "
    "and look up a product in the catalogue."
)

LOOKUP = {"product": "desk lamp", "field": "price"}

FORGOT = "I can help with many things. What would you like to do?"


class OfflineModel(FunctionModel):
    """A FunctionModel that solves tasks, with faults."""

    def __init__(self, name: str, faults: Faults) -> None:
        self._faults = faults
        self._misbehaviour = Misbehaviour(faults, seed=name, model_name=name)
        super().__init__(self._respond, model_name=name, profile={"context_window": faults.window_tokens})

    async def __aenter__(self) -> Self:
        """Open the model; it can't serve before that."""
        await asyncio.sleep(self._faults.slow_start_seconds)
        return self

    def ready(self) -> bool:
        """Whether the model is ready."""
        return not self._faults.unhealthy

    def tells_cost(self) -> bool:
        """Whether each request has its cost."""
        return True

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,  # noqa: ARG002
    ) -> AsyncGenerator[StreamedResponse]:
        """The answer, word by word. Its first word comes when the faults are over."""
        settings, parameters = self.prepare_request(model_settings, model_request_parameters)
        response = await self._answer(messages, parameters, settings)
        yield OfflineStream(model_request_parameters=parameters, response=response)

    async def _respond(self, messages: list[ModelMessage], asked: AgentInfo) -> ModelResponse:
        return await self._answer(messages, asked, asked.model_settings)

    async def _answer(
        self, messages: list[ModelMessage], asked: AgentInfo | ModelRequestParameters, settings: ModelSettings | None
    ) -> ModelResponse:
        begins = any(isinstance(part, UserPromptPart) for part in messages[-1].parts)
        is_filtered = begins and await self._misbehaviour.start_run()
        faults = self._misbehaviour.faults()
        tools = {tool.name for tool in asked.function_tools}
        parts: Sequence[TextPart | ToolCallPart] = next_parts(messages, faults, tools)
        usage = request_usage(messages, parts, faults.cost_factor)
        if usage.input_tokens > faults.window_tokens:
            parts = [TextPart(FORGOT)]  # like an API that cuts off the oldest text, and says nothing
        if is_filtered:
            parts = cut(parts, usage.output_tokens // 2)
            usage = request_usage(messages, parts, faults.cost_factor)
            return ModelResponse(parts=parts, usage=usage, finish_reason="content_filter")
        limit = faults.max_tokens or (settings or {}).get("max_tokens")
        if limit and usage.output_tokens > limit:
            parts = cut(parts, limit)
            usage = request_usage(messages, parts, faults.cost_factor)
            return ModelResponse(parts=parts, usage=usage, finish_reason="length")
        is_call = isinstance(parts[0], ToolCallPart)
        return ModelResponse(parts=parts, usage=usage, finish_reason="tool_call" if is_call else "stop")


def make_offline_model(name: str, setting: str = "AGENT_MODEL") -> OfflineModel:
    """The model for `offline` or `offline:FAULTS`.

    Raises:
        StartError: a fault is unknown or its value is wrong; lists all of them.
    """
    try:
        return OfflineModel(name, parse_faults(name.partition(":")[2]))
    except FaultError as error:
        raise StartError(f"{setting}={name}: {error}") from None


def next_parts(
    messages: Sequence[ModelMessage], faults: Faults, tools: Set[str]
) -> Sequence[TextPart] | Sequence[ToolCallPart]:
    """The next call of the task's plan, or the answer once all calls are made or one has failed. Only the calls of the
    fault `parallel` come together."""
    task, returns, instructions = _read(messages)
    calls = [call for call in plan(task) if call.tool in tools]
    results = [str(part.content) for part in returns]
    if returns and returns[-1].outcome != "success":
        return [TextPart(f"I can't do this: {results[-1]}.")]
    if len(results) < len(calls):
        call = calls[len(results)]
        return [ToolCallPart(call.tool, resolve(call, results[-1] if results else ""))]
    if len(results) < faults.min_tool_calls:
        # Like an endless tool loop: each round sends the task again.
        return [ToolCallPart("count_words", {"text": task})]
    if more := max(len(calls), faults.min_tool_calls) + faults.lookups - len(results):
        return [ToolCallPart("look_up", LOOKUP) for _ in range(more if faults.parallel else 1)]
    return [TextPart(manner_of(instructions).answer(results[: len(calls)]) if calls else CANNOT)]


def _read(messages: Sequence[ModelMessage]) -> tuple[str, list[ToolReturnPart], str | None]:
    task, instructions = "", None
    returns: list[ToolReturnPart] = []
    for message in messages:
        if isinstance(message, ModelRequest):
            instructions = message.instructions
            for part in message.parts:
                if isinstance(part, UserPromptPart):
                    task = str(part.content)
                    returns.clear()  # those of an earlier turn
                elif isinstance(part, ToolReturnPart):
                    returns.append(part)
    return task, returns, instructions
