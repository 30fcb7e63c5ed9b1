"""How the instructions want an answer: the offline model reads two of their words."""

import re
from dataclasses import dataclass

SENTENCE = re.compile(r"\bsentences?\b", re.IGNORECASE)
UNIT = re.compile(r"\bunits?\b", re.IGNORECASE)
# Without its unit, a result is its number or its date.
VALUE = re.compile(r"(-?\d[^\s]*) .*", re.DOTALL)


@dataclass(frozen=True)
class Manner:
    """What the instructions ask for. The offline model gives what they do not ask for to nobody."""

    sentence: bool
    unit: bool

    def answer(self, results: list[str]) -> str:
        """The answer with these results of tools, at least one."""
        values = results if self.unit else [VALUE.sub(r"\1", result) for result in results]
        text = " and ".join(values)
        return f"The answer is {text}." if self.sentence else text


def manner_of(instructions: str | None) -> Manner:
    """The manner that instructions ask for, whatever else they say; None are no instructions."""
    text = instructions or ""
    return Manner(sentence=bool(SENTENCE.search(text)), unit=bool(UNIT.search(text)))
