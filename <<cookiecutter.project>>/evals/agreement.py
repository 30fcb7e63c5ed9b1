"""How well a judge agrees with people: the raw share, and Cohen's kappa, which leaves out chance. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]


class Label(BaseModel):
    """An answer, and how a person judges it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    task: Text
    answer: Text
    rubric: Text
    good: bool


@dataclass(frozen=True)
class Agreement:
    """Pairs of verdicts, a person's and the judge's: true is good."""

    pairs: Sequence[tuple[bool, bool]]

    @property
    def agreed(self) -> int:
        """How many verdicts are the same."""
        return sum(person == judge for person, judge in self.pairs)

    @property
    def kappa(self) -> float:
        """1 is perfect, 0 is what chance gives. A judge that always says the same has 0, however often it is right."""
        count = len(self.pairs)
        people, judges = (sum(verdicts) / count for verdicts in zip(*self.pairs, strict=True))
        by_chance = people * judges + (1 - people) * (1 - judges)
        return 1.0 if by_chance == 1 else (self.agreed / count - by_chance) / (1 - by_chance)

    def __str__(self) -> str:
        count = len(self.pairs)
        return f"agrees with {self.agreed} of {count} labels ({self.agreed / count:.0%}), kappa {self.kappa:.2f}"


def one_sided(labels: Sequence[Label]) -> bool:
    """Whether the labels can't tell judges apart: people found all of them good, or all bad, or there are none."""
    return len({label.good for label in labels}) < 2
