"""A run's request and its result."""

from dataclasses import dataclass, field
from uuid import uuid4

from agent.run.usage import Usage


def new_id() -> str:
    """An id that nobody can guess: 32 hexadecimal digits."""
    return uuid4().hex


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """The request of one run. `deadline_seconds` can only shorten the service's own; `is_kept` continues and keeps the
    owner's conversation."""

    task: str
    conversation_id: str = field(default_factory=new_id)
    owner: str = ""
    is_kept: bool = False
    deadline_seconds: float | None = None
    run_id: str = field(default_factory=new_id)

    def deadline(self, longest_seconds: float) -> tuple[float, bool]:
        """The run's deadline in seconds, and whether it is the client's: a shorter one than the service's longest."""
        if self.deadline_seconds is None or self.deadline_seconds >= longest_seconds:
            return longest_seconds, False
        return self.deadline_seconds, True


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """The result of one run."""

    answer: str
    usage: Usage
    run_id: str
    conversation_id: str
