"""Planning the tool calls for a task."""

import time

import pytest

from agent.models.offline.plan import Call, plan, resolve


@pytest.mark.parametrize(
    ("task", "call"),
    [
        ("What is 15 % of 240?", Call("calculate", {"expression": "15 / 100 * 240"})),
        ("What is 2.5 * (3 + 1)? Thanks.", Call("calculate", {"expression": "2.5 * (3 + 1)"})),
        ("Calculate 12 * 7. 3 apples are left.", Call("calculate", {"expression": "12 * 7"})),
        ("SUBTRACT 3 FROM 10", Call("calculate", {"expression": "10 - 3"})),
        ("Convert 5 km to miles.", Call("convert", {"value": "5", "unit": "km", "to": "miles"})),
        ("How many ml are in 2 litres?", Call("convert", {"value": "2", "unit": "litres", "to": "ml"})),
        (
            "How many days lie between 2026-01-01 and 2026-02-01?",
            Call("days_between", {"start": "2026-01-01", "end": "2026-02-01"}),
        ),
        (
            "Which date is 3 days after 2026-01-01?",
            Call("date_after", {"start": "2026-01-01", "days": "3"}),
        ),
        ('How many words are in "What is 1 + 1?"', Call("count_words", {"text": "What is 1 + 1?"})),
        ('Call order_status with {"order": "A-17", "days": 2}', Call("order_status", {"order": "A-17", "days": 2})),
        ("The weight of a Desk Lamp, please", Call("look_up", {"product": "desk lamp", "field": "weight"})),
    ],
)
def test_a_task_becomes_the_call_that_solves_it(task: str, call: Call) -> None:
    assert plan(task) == (call,)


@pytest.mark.parametrize("task", ["", "Good morning!", "How much is that?", "What is the meaning of life?"])
def test_a_text_without_a_known_phrase_has_no_calls(task: str) -> None:
    assert plan(task) == ()


def test_the_parts_of_a_task_keep_their_order() -> None:
    task = "Subtract 2 from 9. Look up the price of the notebook, and convert 3 hours to minutes."
    assert [call.tool for call in plan(task)] == ["calculate", "look_up", "convert"]


def test_that_is_the_number_of_the_previous_result() -> None:
    (call,) = plan("Multiply that by 3.")
    assert resolve(call, "39.90 EUR") == {"expression": "39.90 * 3"}


def test_that_in_a_quoted_text_is_only_a_word() -> None:
    (call,) = plan('Count the words in "that is that".')
    assert resolve(call, "39.90 EUR") == {"text": "that is that"}


@pytest.mark.parametrize(
    "text", ["1", "1 ", "1.", "-", "(", "that ", "what is 1 ", "days 2026-01-01 ", 'words "', "call a with {"]
)
def test_the_longest_tasks_are_parsed_quickly_whatever_they_repeat(text: str) -> None:
    started = time.process_time()
    plan((text * 20_000)[:20_000])
    assert time.process_time() - started < 0.5
