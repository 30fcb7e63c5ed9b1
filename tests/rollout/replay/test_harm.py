"""Which answers harm."""

import json

import pytest

from rollout.rehearsal.answer import Answer
from rollout.replay.harm import Harm, is_solved, question

WRONG, FAILED = Harm("were wrong", is_wrong=True), Harm("failed", has_failed=True)
SLOW, DEAR = Harm("took over 30 s", slower_than_seconds=30), Harm("are dear", dearer_than_usd=0.01)


def answer(seconds: float = 0.1, status: int = 200, *, is_right: bool = True) -> Answer:
    return Answer(0.0, "x", seconds, status, is_right)


@pytest.mark.parametrize(
    ("harm", "given", "does"),
    [
        (WRONG, answer(is_right=False), True),
        (WRONG, answer(), False),
        (WRONG, answer(status=502, is_right=False), False),
        (WRONG, answer(status=413, is_right=False), False),
        (FAILED, answer(status=503), True),
        (FAILED, answer(status=429), False),
        (FAILED, answer(), False),
        (SLOW, answer(seconds=1.6), True),
        (SLOW, answer(seconds=1.4), False),
        (SLOW, answer(seconds=1.4, status=503), False),
        (DEAR, answer(is_right=False), True),
    ],
)
def test_an_answer_harms_in_the_way_of_the_incident(harm: Harm, given: Answer, does: bool) -> None:
    assert harm.is_done_by(given, speed=20) is does


@pytest.mark.parametrize(
    ("harm", "words", "cost", "right"),
    [
        (WRONG, 3, 1.0, True),
        (WRONG, 4, 1.0, False),
        (FAILED, 4, 1.0, True),
        (DEAR, 4, 0.009, True),
        (DEAR, 3, 1, False),
    ],
)
def test_an_answer_is_judged_by_its_text_or_its_cost(harm: Harm, words: int, cost: float, right: bool) -> None:
    asked = json.dumps({"task": question(3)}).encode()
    answered = json.dumps({"answer": f"It has {words} words.", "usage": {"cost_usd": cost}}).encode()
    assert harm.is_right(asked, answered) is right


def test_an_answer_without_a_cost_is_not_dear() -> None:
    assert DEAR.is_right(b'{"task": ""}', b'{"answer": "", "usage": {"cost_usd": null}}')


def test_an_answer_is_solved_if_it_has_the_number_of_words_that_were_sent() -> None:
    assert is_solved(question(20), "The answer is 20 words.")
    assert not is_solved(question(20), "The answer is 120 words.")
    assert not is_solved(question(20), "I can help with many things.")
