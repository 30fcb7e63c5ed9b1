"""The offline model in a real agent."""

import asyncio
import time

import pytest
from pydantic_ai import AgentRunResult, ModelResponse, ModelSettings, ToolCallPart

from agent.models.offline.model import CANNOT, make_offline_model
from agent.models.offline.tokens import CONTEXT_WINDOW_TOKENS
from agent.run.agent import build_agent

TASK = "Look up the price of the desk lamp, then multiply that by 3."


def run(name: str, task: str = TASK) -> AgentRunResult[str]:
    return asyncio.run(build_agent(make_offline_model(name)).run(task))


def test_the_answer_is_made_of_the_tools_results() -> None:
    result = run("offline")
    assert result.output == "The answer is 39.90 EUR and 119.7."
    assert (result.usage.requests, result.usage.tool_calls) == (3, 2)


def test_a_failing_tool_ends_the_run_with_its_message() -> None:
    result = run("offline", "Look up the price of the moon, then multiply that by 3.")
    assert result.output.startswith("I can't do this: 'moon' is not in the catalogue")


def test_arguments_that_the_tool_rejects_end_the_run_too() -> None:
    assert run("offline", "Convert that km to miles.").output.startswith("I can't do this: ")


def test_a_task_can_name_any_tool_and_its_arguments() -> None:
    assert run("offline", 'Call convert with {"value": 1, "unit": "km", "to": "m"}.').output == "The answer is 1000 m."


@pytest.mark.parametrize("arguments", ['{"x": 1}', "{}"])
def test_a_named_tool_with_arguments_that_do_not_fit_ends_the_run(arguments: str) -> None:
    assert run("offline", f"Call calculate with {arguments}.").output.startswith("I can't do this: ")


@pytest.mark.parametrize("task", ["Call destroy with {}.", "Call calculate with {x}."])
def test_a_tool_that_the_agent_does_not_have_is_not_called(task: str) -> None:
    assert run("offline", task).output == CANNOT


def test_a_task_that_the_model_does_not_understand_is_answered_so() -> None:
    assert run("offline", "Sing me a song.").output == CANNOT


def test_the_same_task_costs_the_same_each_time() -> None:
    assert run("offline").usage == run("offline").usage


def test_the_fault_tool_calls_increases_context_and_cost_with_each_call() -> None:
    plain, looping = run("offline"), run("offline:tool_calls=7")
    assert looping.output == plain.output
    assert looping.usage.tool_calls == 7
    assert plain.usage.cost is not None
    assert looping.usage.cost is not None
    assert looping.usage.cost > 2 * plain.usage.cost
    inputs = [message.usage.input_tokens for message in looping.all_messages() if message.kind == "response"]
    assert inputs == sorted(set(inputs))


def test_the_fault_tool_calls_applies_to_a_task_without_tool_calls() -> None:
    assert run("offline:tool_calls=3", "Sing me a song.").usage.tool_calls == 3


def test_the_fault_lookups_adds_tool_calls_to_those_of_the_task() -> None:
    plain, more = run("offline"), run("offline:lookups=3")
    assert more.output == plain.output
    assert (more.usage.requests, more.usage.tool_calls) == (3 + 3, 2 + 3)
    assert run("offline:tool_calls=7,lookups=3").usage.tool_calls == 7 + 3


def test_with_the_fault_parallel_they_are_made_at_once() -> None:
    parallel = run("offline:lookups=3,parallel")
    assert parallel.output == run("offline").output
    assert (parallel.usage.requests, parallel.usage.tool_calls) == (3 + 1, 2 + 3)


def test_the_fault_max_tokens_cuts_an_answer() -> None:
    result = run("offline:max_tokens=8", "Sing me a song.")
    assert (result.output, result.response.finish_reason) == (CANNOT[:16], "length")
    assert result.usage.output_tokens == 8


def test_the_fault_max_tokens_cuts_a_call() -> None:
    response = run("offline:max_tokens=8").all_messages()[1]
    assert isinstance(response, ModelResponse)
    assert response.finish_reason == "length"
    assert isinstance(call := response.parts[0], ToolCallPart)
    assert (call.tool_name, call.args) == ("look_up", '{"field":"price"')


def test_the_setting_max_tokens_does_the_same() -> None:
    agent = build_agent(make_offline_model("offline"))
    result = asyncio.run(agent.run("Sing me a song.", model_settings=ModelSettings(max_tokens=8)))
    assert result.output == CANNOT[:16]


@pytest.mark.parametrize("name", ["offline", "offline:max_tokens=15"])
def test_what_is_within_the_limit_is_whole(name: str) -> None:
    result = run(name)
    reasons = [each.finish_reason for each in result.all_messages() if isinstance(each, ModelResponse)]
    assert reasons == ["tool_call", "tool_call", "stop"]


def test_its_context_window_is_known() -> None:
    assert make_offline_model("offline").context_window == CONTEXT_WINDOW_TOKENS


@pytest.mark.parametrize(("name", "ready"), [("offline", True), ("offline:unhealthy", False)])
def test_the_model_reports_whether_it_is_ready(name: str, ready: bool) -> None:
    assert make_offline_model(name).ready() is ready


def test_entering_the_model_takes_as_long_as_the_fault_slow_start_says() -> None:
    async def scenario() -> float:
        started = time.monotonic()
        async with make_offline_model("offline:slow_start=50ms"):
            return time.monotonic() - started

    assert asyncio.run(scenario()) >= 0.05
