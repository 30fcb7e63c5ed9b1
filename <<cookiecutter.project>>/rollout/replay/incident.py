"""An incident as data: what happens to the service, minute by minute."""

from collections.abc import Mapping
from dataclasses import dataclass

STABLE, MANAGED = "service", "managed"
"""The release that has the incident, and the one with the remedy. Both get such requests."""

BEFORE = ("LatencyHigh", "ErrorRateHigh", "QueueLong")
"""What a monitoring without the context window looks at: latency, errors, queue."""


@dataclass(frozen=True)
class Phase:
    """So many minutes at so many requests per second; `words` are the lengths of the texts that users send."""

    minutes: float
    requests_per_second: float
    words: range


@dataclass(frozen=True)
class Incident:
    """`model` and `settings` are the service's; `remedy` are the settings that prevent the incident. The first phase is
    before it. `runbook` is the alert whose page says what to do."""

    name: str
    title: str
    story: str
    model: str
    settings: Mapping[str, str]
    remedy: Mapping[str, str]
    remedy_in_words: str
    phases: tuple[Phase, ...]
    runbook: str

    @property
    def minutes(self) -> float:
        return sum(phase.minutes for phase in self.phases)


def question(words: int) -> str:
    """A task whose answer is known, of this length."""
    return f'How many words are in "{"word " * words}"?'


def is_solved(asked: str, answered: str) -> bool:
    """Whether the answer has the number that the question asks for."""
    return f" {asked.count('word ')} words" in answered
