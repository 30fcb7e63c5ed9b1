"""What an incident does to a customer: a wrong answer, none, a late one or a dear one."""

import json
import math
from dataclasses import dataclass
from http import HTTPStatus

from rollout.rehearsal.answer import Answer


@dataclass(frozen=True)
class Harm:
    """Who is harmed: whoever gets an answer of one of these kinds. `said` completes "12 of 90 answers ..."."""

    said: str
    is_wrong: bool = False
    has_failed: bool = False
    slower_than_seconds: float = math.inf
    dearer_than_usd: float = math.inf

    def is_right(self, asked: bytes, answered: bytes) -> bool:
        """Whether an answer with status 200 is as it should be, by its text and its cost."""
        answer = json.loads(answered)
        if (answer["usage"]["cost_usd"] or 0.0) > self.dearer_than_usd:
            return False
        return not self.is_wrong or is_solved(json.loads(asked)["task"], answer["answer"])

    def is_done_by(self, answer: Answer, speed: float) -> bool:
        """Whether this answer harms. Its time is at this speed."""
        if answer.seconds * speed > self.slower_than_seconds:
            return True
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return self.has_failed
        return answer.status == HTTPStatus.OK and not answer.is_right


def question(words: int) -> str:
    """A task whose answer is known, of this length."""
    return f'How many words are in "{"word " * words}"?'


def is_solved(asked: str, answered: str) -> bool:
    """Whether the answer has the number that the question asks for."""
    return f" {asked.count('word ')} words" in answered
