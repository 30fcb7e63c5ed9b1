"""A run's request, its record and its result."""

import hashlib
import json
from dataclasses import dataclass, field
from uuid import uuid4

from pydantic_ai import FinishReason

from agent.run.usage import Usage


def new_id() -> str:
    """An id that nobody can guess: 32 hexadecimal digits."""
    return uuid4().hex


@dataclass
class RunRecord:
    """What the runner notes of a run, for whoever asked for it: all of it is unset until the run has ended."""

    outcome: str | None = None
    usage: Usage | None = None
    has_called_tools: bool = False


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """The request of one run. `deadline_seconds` can only shorten the service's own; `is_kept` continues and keeps the
    owner's conversation; of all requests with the same `key` of an owner, one runs."""

    task: str
    conversation_id: str = field(default_factory=new_id)
    owner: str = ""
    is_kept: bool = False
    deadline_seconds: float | None = None
    run_id: str = field(default_factory=new_id)
    key: str | None = None
    record: RunRecord = field(default_factory=RunRecord, compare=False)

    def fingerprint(self) -> str:
        """The same for the same request: a sha256 of all that the client chose, except for the key."""
        chosen = [self.task, self.conversation_id if self.is_kept else None, self.deadline_seconds]
        return hashlib.sha256(json.dumps(chosen).encode()).hexdigest()

    def deadline(self, longest_seconds: float) -> tuple[float, bool]:
        """The run's deadline in seconds, and whether it is the client's: a shorter one than the service's longest."""
        if self.deadline_seconds is None or self.deadline_seconds >= longest_seconds:
            return longest_seconds, False
        return self.deadline_seconds, True


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """The result of one run. `finish_reason` is why the model ended its answer, if it said so; `replayed_from` is the
    release that ran it, if it is the stored answer to a key."""

    answer: str
    usage: Usage
    run_id: str
    conversation_id: str
    finish_reason: FinishReason | None = None
    replayed_from: str | None = None
