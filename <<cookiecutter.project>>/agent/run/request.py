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


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """The result of one run."""

    answer: str
    usage: Usage
    run_id: str
    conversation_id: str
