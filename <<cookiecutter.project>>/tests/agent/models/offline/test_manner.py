"""The offline model's answer depends on what the instructions ask for."""

import asyncio

import pytest
from pydantic_ai import Agent

from agent.models.offline.manner import manner_of
from agent.models.offline.model import make_offline_model
from agent.run.agent import INSTRUCTIONS, TOOLS

RESULTS = ["39.90 EUR", "2026-03-18 (Wednesday)", "oak", "-40 fahrenheit"]


@pytest.mark.parametrize(
    ("instructions", "answer"),
    [
        (INSTRUCTIONS, "The answer is 39.90 EUR and 2026-03-18 (Wednesday) and oak and -40 fahrenheit."),
        ("Answer in one SENTENCE.", "The answer is 39.90 and 2026-03-18 and oak and -40."),
        ("Give the units.", "39.90 EUR and 2026-03-18 (Wednesday) and oak and -40 fahrenheit"),
        ("Answer unitedly.", "39.90 and 2026-03-18 and oak and -40"),
        (None, "39.90 and 2026-03-18 and oak and -40"),
    ],
)
def test_it_gives_only_what_is_asked_for(instructions: str | None, answer: str) -> None:
    assert manner_of(instructions).answer(RESULTS) == answer


def test_it_reads_the_instructions_that_the_agent_sends() -> None:
    agent = Agent(make_offline_model("offline"), instructions="Answer with the unit.", tools=TOOLS)
    assert asyncio.run(agent.run("Convert 5 gallons to litres.")).output == "18.92705892 litres"
