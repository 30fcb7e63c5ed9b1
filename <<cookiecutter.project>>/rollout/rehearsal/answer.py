"""One answer to the load of a rehearsal."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One answer: when its request was sent (epoch seconds), which release answered, after how long, with which status,
    and whether it was right, where that is known."""

    sent_at: float
    release: str
    seconds: float
    status: int
    is_right: bool
