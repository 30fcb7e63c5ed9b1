"""A run, from its request to its result."""

import asyncio

import pytest
from pydantic_ai import UsageLimitExceeded

from agent.context import FittedModel
from agent.metrics import Metrics
from agent.models import make_model
from agent.run import TOOL_NAMES, Runner, RunRequest, RunResult, build_agent
from tests.agent.admitting import unlimited

REQUEST = RunRequest(task="What is 15 % of 240?")


def run(metrics: Metrics, model_name: str = "offline") -> RunResult:
    model = make_model(model_name)
    agent = build_agent(FittedModel(model, model.context_window, metrics))
    return asyncio.run(Runner(agent, model.context_window, metrics, 60, unlimited(metrics)).run(REQUEST))


def counted(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_a_result_has_the_answer_and_the_counted_usage() -> None:
    metrics = Metrics(TOOL_NAMES)
    result = run(metrics)
    assert result.answer == "The answer is 36."
    assert result.usage.tool_calls == counted(metrics, "agent_tool_calls_total", tool="calculate") == 1
    assert result.usage.cost_usd == counted(metrics, "agent_cost_usd_total")


def test_a_run_that_fails_late_is_counted_too() -> None:
    metrics = Metrics(TOOL_NAMES)
    with pytest.raises(UsageLimitExceeded):
        run(metrics, "offline:tool_calls=60")
    assert (counted(metrics, "agent_cost_usd_total") or 0) > 0
    assert (counted(metrics, "agent_tokens_total", kind="input") or 0) > 0
