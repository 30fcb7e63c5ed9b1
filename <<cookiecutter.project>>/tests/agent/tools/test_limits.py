"""Tool calls: at once, each with a timeout and a limit on its result."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from pydantic_ai import (
    FunctionToolset,
    ModelMessage,
    ModelResponse,
    ModelRetry,
    TextPart,
    ToolCallPart,
    ToolFailed,
    ToolReturnPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel

from agent.metrics import TOOL_OUTCOMES, Metrics
from agent.run import build_agent, tools_of
from agent.settings import Settings
from agent.tools import LimitedTools, ToolLimits
from agent.tools.limits import shortened
from tests.agent.conftest import Serve
from tests.agent.samples import samples

Tool = Callable[[], Awaitable[object]]


class Calls(FunctionModel):
    """Calls all of these tools in one response, and then answers; `results` is what they told it."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self.results: dict[str, ToolReturnPart] = {}
        super().__init__(self._respond)

    def _respond(self, messages: list[ModelMessage], _info: AgentInfo) -> ModelResponse:
        if len(messages) == 1:
            return ModelResponse([ToolCallPart(name, {}) for name in self._names])
        self.results = {part.tool_name: part for part in messages[-1].parts if isinstance(part, ToolReturnPart)}
        return ModelResponse([TextPart("done")])


def run(*tools: Tool, seconds: float = 30, characters: int = 1_000) -> tuple[dict[str, ToolReturnPart], Metrics]:
    """What the model was told of each tool, and the metrics."""
    names = [tool.__name__ for tool in tools]
    model, metrics = Calls(names), Metrics(names)
    limited = LimitedTools(FunctionToolset[None](list(tools)), ToolLimits(seconds, characters), metrics)
    assert asyncio.run(build_agent(model, limited).run("x")).output == "done"
    return model.results, metrics


def counted(metrics: Metrics, tool: str) -> dict[str, float]:
    """How often this tool ended in which way."""
    found = {
        outcome: metrics.registry.get_sample_value("agent_tool_seconds_count", {"tool": tool, "outcome": outcome})
        for outcome in TOOL_OUTCOMES
    }
    return {outcome: count for outcome, count in found.items() if count}


def test_tools_of_one_response_run_at_once() -> None:
    met = asyncio.Barrier(3)

    async def one() -> str:
        await met.wait()
        return "met"

    async def two() -> str:
        await met.wait()
        return "met"

    async def three() -> str:
        await met.wait()
        return "met"

    results, metrics = run(one, two, three)
    assert [part.content for part in results.values()] == ["met"] * 3
    assert [counted(metrics, tool) for tool in ("one", "two", "three")] == [{"success": 1}] * 3


def test_a_tool_that_takes_too_long_is_stopped_and_the_model_is_told() -> None:
    was_stopped = False

    async def hangs() -> str:
        nonlocal was_stopped
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            was_stopped = True
            raise
        return ""

    async def quick() -> str:
        return "here"

    results, metrics = run(hangs, quick, seconds=0.1)
    assert was_stopped
    assert (results["hangs"].outcome, results["quick"].content) == ("failed", "here")
    assert "hangs was stopped: it had no result within 0.1 s" in str(results["hangs"].content)
    assert (counted(metrics, "hangs"), counted(metrics, "quick")) == ({"timeout": 1}, {"success": 1})
    spent = metrics.registry.get_sample_value("agent_tool_seconds_sum", {"tool": "hangs", "outcome": "timeout"})
    assert 0.1 <= (spent or 0) < 5


def test_what_a_tool_tells_the_model_is_a_failure_of_the_tool_and_not_of_the_run() -> None:
    async def fails() -> str:
        raise ToolFailed("no such product")

    results, metrics = run(fails)
    assert results["fails"].content == "no such product"
    assert counted(metrics, "fails") == {"failure": 1}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(ModelRetry("again"), "failure"), (LookupError(), "error"), (TimeoutError("its own"), "error")],
    ids=["asks for a retry", "raises", "has a timeout of its own"],
)
def test_each_end_of_a_tool_is_counted(error: Exception, outcome: str) -> None:
    async def raises() -> str:
        raise error

    names = ["raises"]
    metrics = Metrics(names)
    limited = LimitedTools(FunctionToolset[None]([raises]), ToolLimits(30, 1_000), metrics)
    if isinstance(error, ModelRetry):
        asyncio.run(build_agent(Calls(names), limited).run("x"))
    else:
        with pytest.raises(type(error)):
            asyncio.run(build_agent(Calls(names), limited).run("x"))
    assert counted(metrics, "raises") == {outcome: 1}


def test_the_tools_that_run_beside_one_that_raises_are_cancelled() -> None:
    has_begun = asyncio.Event()

    async def raises() -> str:
        await has_begun.wait()
        raise LookupError

    async def waits() -> str:
        has_begun.set()
        await asyncio.Event().wait()
        return ""

    names = ["raises", "waits"]
    metrics = Metrics(names)
    limited = LimitedTools(FunctionToolset[None]([raises, waits]), ToolLimits(30, 1_000), metrics)
    with pytest.raises(LookupError):
        asyncio.run(build_agent(Calls(names), limited).run("x"))
    assert counted(metrics, "waits") == {"cancelled": 1}


def test_a_long_result_is_cut_and_says_so() -> None:
    async def long() -> str:
        return "x" * 1_001

    async def short() -> str:
        return "x" * 1_000

    results, _ = run(long, short)
    assert str(results["long"].content) == (
        "x" * 1_000 + "\n[cut: the first 1000 of 1001 characters; ask for less at once]"
    )
    assert results["short"].content == "x" * 1_000


def test_a_result_that_is_no_text_is_measured_as_json() -> None:
    assert shortened({"a": [1, 2]}, 11) == {"a": [1, 2]}
    assert shortened({"a": [1, 2]}, 10).startswith('{"a":[1,2]\n[cut: the first 10 of 11')


def test_the_settings_are_the_limits() -> None:
    settings = Settings.model_construct(tool_timeout_seconds=7, max_tool_result_characters=8)
    assert tools_of(settings, Metrics([])).limits == ToolLimits(seconds=7, characters=8)


def test_the_service_limits_its_tools(serve: Serve) -> None:
    client = serve(max_tool_result_characters=1)
    answer = client.post("/agent/run", json={"task": "What is 15 % of 240?"}).json()["answer"]
    assert answer.startswith("The answer is 3\n[cut: the first 1 of 2 characters")
    assert samples(client)["agent_tool_seconds_count", "success,calculate"] == 1
