"""The agent that is evaluated."""

import asyncio

import pytest
from pydantic_ai import OutputTokenLimitExceeded

from agent.settings import Settings
from evals.subject import Run, agent_of, solver


def solved(task: str, **settings: object) -> Run:
    async def scenario() -> Run:
        async with solver(agent_of(Settings.model_construct(**settings)), 60) as solve:  # type: ignore[arg-type]
            return await solve(task)

    return asyncio.run(scenario())


def test_a_run_is_its_answer_its_tools_and_its_tokens() -> None:
    run = solved("What is 15 % of 240?")
    assert (run.answer, run.tools) == ("The answer is 36.", ("calculate",))
    assert run.tokens > 0


def test_an_answer_that_is_cut_is_a_crash_whatever_it_says() -> None:
    with pytest.raises(OutputTokenLimitExceeded):
        solved("Sing me a song.", model="offline:max_tokens=8")
