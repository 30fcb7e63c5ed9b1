"""Who filled the window."""

import pytest
from pydantic_ai import ModelMessage

from agent.context import is_filled_by_task
from tests.agent.context.histories import asked, called, returned

LONG = "x" * 5_000
CHAIN = [called("a", "x"), returned("a", LONG), called("b", "x"), returned("b", LONG)]
MANY = [message for n in range(99) for message in (called(f"{n}", "x" * 100), returned(f"{n}", "y"))]


@pytest.mark.parametrize(
    ("messages", "by_task"),
    [
        ([], False),
        ([asked(LONG)], True),
        ([asked("short"), *CHAIN], False),
        ([asked(LONG * 2), *CHAIN], True),
        ([asked(LONG), *CHAIN], False),
        ([asked("x" * 500), *MANY], False),
        ([asked(LONG), called("a", "x"), returned("a", "short")], True),
    ],
    ids=[
        "nothing",
        "a task",
        "a chain",
        "a task over results of which all but the newest are left out",
        "a result over a task",
        "many short calls",
        "a task and a short result",
    ],
)
def test_it_is_whatever_takes_more_of_the_least_that_is_sent(messages: list[ModelMessage], by_task: bool) -> None:
    assert is_filled_by_task(messages) is by_task
