"""Whether an answer completed its task: what evals/ looks at in each task, looked at in each run of an experiment."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


@dataclass(frozen=True)
class Answered:
    """An answer, the tools that its run called, and the run's tokens, sent and received."""

    text: str
    tools: Sequence[str]
    tokens: int


def compiles(pattern: str) -> str:
    """Reject what is no regular expression: a run would fail with it. Raises ValueError."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(compiles)]


class Completed(BaseModel):
    """What an answer is held against, with the keys and the meaning of evals/tasks.yaml; what is None is not looked
    at."""

    model_config = ConfigDict(frozen=True)

    expects: str | None = None
    matches: Pattern | None = None
    tools: list[str] | None = None
    max_tokens: int | None = None
    max_tool_calls: int | None = None

    def is_met(self, by: Answered) -> bool:
        """Whether nothing is missing."""
        return (
            (self.expects is None or self.expects in by.text)
            and (self.matches is None or re.search(self.matches, by.text) is not None)
            and (self.tools is None or set(self.tools) == set(by.tools))
            and (self.max_tokens is None or by.tokens <= self.max_tokens)
            and (self.max_tool_calls is None or len(by.tools) <= self.max_tool_calls)
        )
