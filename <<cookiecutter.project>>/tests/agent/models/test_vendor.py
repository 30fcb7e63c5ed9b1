"""When an answer is complete, and whose retries count."""

import asyncio
from typing import Any

import pytest
from pydantic_ai import Agent, ModelSettings

from agent.models import make_model
from agent.models.vendor import is_finished, retried


@pytest.mark.parametrize(
    ("finish_reason", "details", "expected"),
    [
        ("stop", {"finish_reason": "end_turn"}, True),
        (None, {"finish_reason": "one of tomorrow"}, True),
        ("content_filter", {"refusal": "no"}, True),
        ("content_filter", None, True),
        ("stop", None, False),
        ("stop", {"timestamp": 1}, False),
        (None, {"finish_reason": ""}, False),
        (None, None, False),
    ],
)
def test_an_answer_is_complete_if_the_vendor_says_how_it_ended(
    finish_reason: str | None, details: dict[str, Any] | None, expected: bool
) -> None:
    assert is_finished(finish_reason, details) is expected


def test_of_another_vendor_an_answer_without_a_finish_reason_is_complete() -> None:
    assert asyncio.run(Agent(make_model("test")).run("task")).output


def test_a_clients_retries_are_two_unless_the_request_says_how_many() -> None:
    assert retried(None) == {"max_retries": 2}
    assert retried(ModelSettings(temperature=0.5)) == {"max_retries": 2, "temperature": 0.5}
    assert retried(ModelSettings(max_retries=0)) == {"max_retries": 0}
