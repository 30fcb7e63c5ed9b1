"""The time to the first token of a stream, and what the model's prompt cache saved."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from pydantic_ai import ModelMessage, ModelResponse, RequestUsage, TextPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel

from agent.metrics import Metrics
from agent.run import Admission, AdmissionLimits, Event, Runner, RunRequest, ToolCall, build_agent
from tests.agent.admitting import unlimited

TOKEN_SECONDS = 0.1
CLIENT_SECONDS = 1.0


class Speaks(FunctionModel):
    """Calls a tool, and then says two words, each after a while."""

    def __init__(self) -> None:
        super().__init__(stream_function=self._words)

    async def _words(self, messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[str | DeltaToolCalls]:
        if len(messages) == 1:
            yield {0: DeltaToolCall("count_words", '{"text": "x"}')}
            return
        for word in ("one ", "two"):
            await asyncio.sleep(TOKEN_SECONDS)
            yield word


def first_token(metrics: Metrics) -> tuple[float | None, float]:
    """How many there were, and their seconds."""
    name = "agent_time_to_first_token_seconds"
    value = metrics.registry.get_sample_value
    return value(f"{name}_count"), value(f"{name}_sum") or 0


def test_a_stream_has_one_first_token_and_what_its_client_takes_is_not_in_it() -> None:
    metrics = Metrics([])
    runner = Runner(build_agent(Speaks()), None, metrics, 60, unlimited(metrics))

    async def emit(event: Event) -> None:
        await asyncio.sleep(CLIENT_SECONDS if isinstance(event, ToolCall) else 0)

    began = time.monotonic()
    asyncio.run(runner.stream(RunRequest(task="x"), emit))
    whole = time.monotonic() - began
    count, seconds = first_token(metrics)
    assert count == 1
    assert TOKEN_SECONDS <= seconds <= whole - CLIENT_SECONDS


def test_the_wait_for_a_slot_is_part_of_it() -> None:
    metrics = Metrics([])
    admission = Admission(AdmissionLimits(running=1, queued=1, wait_seconds=10), metrics)
    runner = Runner(build_agent(Speaks()), None, metrics, 60, admission)

    async def emit(_event: Event) -> None:
        pass

    async def scenario() -> None:
        async with admission.slot(10):
            streaming = asyncio.create_task(runner.stream(RunRequest(task="x"), emit))
            await asyncio.sleep(0.5)
        await streaming

    asyncio.run(scenario())
    assert first_token(metrics)[1] >= 0.5 + TOKEN_SECONDS


def test_a_plain_run_has_none() -> None:
    metrics = Metrics([])
    asyncio.run(Runner(build_agent(Cached()), None, metrics, 60, unlimited(metrics)).run(RunRequest(task="x")))
    assert first_token(metrics) == (0, 0)


class Cached(FunctionModel):
    """Reports that a part of its input came from the cache."""

    def __init__(self) -> None:
        super().__init__(self._answer)

    def _answer(self, _messages: list[ModelMessage], _info: AgentInfo) -> ModelResponse:
        usage = RequestUsage(input_tokens=100, cache_read_tokens=60, cache_write_tokens=30, output_tokens=5)
        return ModelResponse([TextPart("done")], usage=usage)


@pytest.mark.parametrize(
    ("name", "value"),
    [("agent_cache_read_input_tokens_total", 60), ("agent_cache_creation_input_tokens_total", 30)],
)
def test_what_the_cache_was_used_for_is_counted_and_is_part_of_the_input(name: str, value: float) -> None:
    metrics = Metrics([])
    asyncio.run(Runner(build_agent(Cached()), None, metrics, 60, unlimited(metrics)).run(RunRequest(task="x")))
    assert metrics.registry.get_sample_value(name) == value
    assert metrics.registry.get_sample_value("agent_tokens_total", {"kind": "input"}) == 100
