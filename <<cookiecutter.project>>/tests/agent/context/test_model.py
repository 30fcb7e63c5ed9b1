"""The context window of real runs of an agent."""

import asyncio
from collections.abc import Sequence

import pytest
from pydantic_ai import Agent, ModelMessage, ModelResponse, RequestUsage, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from agent.context import FittedModel
from agent.context.view import NOTE
from agent.errors import ContextFullError
from agent.metrics import Metrics
from tests.agent.context.histories import Tokenizer

WINDOW_TOKENS = 2_000
CALLS = 12
RESULT = "r" * 1_100
INSTRUCTIONS = "Answer in one sentence."
UTILIZATION = "agent_model_request_context_utilization_ratio"


class LongChain(FunctionModel):
    """A model that calls a tool CALLS times and then answers; it remembers what it was sent."""

    def __init__(self) -> None:
        self.sent: list[list[ModelMessage]] = []
        self.instructions: list[str | None] = []
        super().__init__(self._respond)

    def tokens(self) -> list[int]:
        return [Tokenizer(0.25, 4, 50).tokens(messages) for messages in self.sent]

    def _respond(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.sent.append(messages)
        self.instructions.append(info.instructions)
        usage = RequestUsage(input_tokens=self.tokens()[-1], output_tokens=10)
        done = len(self.sent) % (CALLS + 1) == 0
        return ModelResponse(
            [TextPart("done") if done else ToolCallPart("read", {"page": len(self.sent)})], usage=usage
        )


def agent_of(model: FittedModel) -> Agent[None, str]:
    agent = Agent(model, instructions=INSTRUCTIONS, deps_type=type(None))

    @agent.tool_plain
    def read(page: int) -> str:
        return f"{page}: {RESULT}"

    return agent


def run(
    model: LongChain,
    metrics: Metrics,
    *,
    is_managed: bool = True,
    task: str = "Read.",
    turns: int = 1,
    most_runs: int = 10,
) -> Sequence[ModelMessage]:
    agent = agent_of(FittedModel(model, WINDOW_TOKENS, metrics, is_managed=is_managed, most_runs=most_runs))
    history: list[ModelMessage] = []
    for _ in range(turns):
        history = asyncio.run(agent.run(task, message_history=history)).all_messages()
    return history


def test_a_long_tool_chain_overflows_the_window_when_nothing_is_left_out_and_the_metric_shows_it_before() -> None:
    model, metrics = LongChain(), Metrics([])
    run(model, metrics, is_managed=False)
    assert max(model.tokens()) > 1.65 * WINDOW_TOKENS
    value = metrics.registry.get_sample_value
    assert value(f"{UTILIZATION}_count") == CALLS + 1
    assert value(f"{UTILIZATION}_bucket", {"le": "1.0"}) - value(f"{UTILIZATION}_bucket", {"le": "0.8"}) >= 1  # type: ignore[operator]


def test_the_same_chain_stays_below_the_window_with_instructions_task_and_newest_results() -> None:
    model, metrics = LongChain(), Metrics([])
    history = run(model, metrics)
    assert max(model.tokens()) < WINDOW_TOKENS
    assert set(model.instructions) == {INSTRUCTIONS}
    assert all("Read." in str(messages[0].parts) for messages in model.sent)
    results = [str(message.parts[0].content) for message in model.sent[-1] if "Return" in str(message.parts)]  # type: ignore[union-attr]
    assert [result == NOTE for result in results].index(False) >= CALLS - 6
    assert len(results) == CALLS, "the model still sees each call it made"
    assert NOTE not in str(history), "the stored history is whole"
    assert metrics.registry.get_sample_value("agent_context_compactions_total") in (2, 3, 4)


def test_between_turns_whole_turns_are_left_out_and_the_history_stays_whole() -> None:
    model, metrics = LongChain(), Metrics([])
    history = run(model, metrics, turns=4)
    assert max(model.tokens()) < WINDOW_TOKENS
    assert len(history) == 4 * 2 * (CALLS + 1)
    assert len(model.sent[-1]) < len(history)


def test_a_task_that_can_t_fit_is_an_error_and_nothing_is_sent() -> None:
    model = LongChain()
    with pytest.raises(ContextFullError, match="context window of 2000 tokens: send a smaller task"):
        run(model, Metrics([]), task="x" * 8 * WINDOW_TOKENS)
    assert model.sent == []


def test_a_run_has_a_view_of_its_own_and_only_the_newest_are_remembered() -> None:
    model = LongChain()
    fitted = FittedModel(model, WINDOW_TOKENS, Metrics([]), most_runs=3)
    agent = agent_of(fitted)
    history: list[ModelMessage] = []
    for _ in range(4):
        history = asyncio.run(agent.run("Read.", message_history=history)).all_messages()
        assert len(model.sent[-1]) < len(history)
        asyncio.run(agent.run("Something else."))
        assert "Something else." in str(model.sent[-1][0].parts)
    assert len(fitted._views) == 3


def test_a_view_that_was_forgotten_is_worked_out_again() -> None:
    remembered, forgotten = LongChain(), LongChain()
    run(remembered, Metrics([]))
    run(forgotten, Metrics([]), most_runs=0)
    assert forgotten.tokens() == remembered.tokens()
