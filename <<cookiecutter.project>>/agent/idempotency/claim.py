"""A claim of a key, and what it means that the key was claimed before. Pure."""

from dataclasses import dataclass
from typing import Literal

State = Literal["running", "answered", "failed"]


class KeyReused(Exception):
    """The key belongs to another request of the same token."""


class RunInProgress(Exception):
    """The first run with this key goes on."""


class RunWithoutAnswer(Exception):
    """The first run with this key has called tools, or may have, and has no answer: running it again could repeat what
    they did."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A request with a key. `fingerprint` is the same for the same request; `seconds` is how long its run can take."""

    owner: str
    key: str
    fingerprint: str
    run_id: str
    conversation_id: str
    seconds: float


@dataclass(frozen=True)
class Known:
    """What is stored of a key's first run. One that is running after `until` (epoch seconds) was lost."""

    fingerprint: str
    state: State
    until: float
    answer: str


def first_answer(claim: Claim, known: Known, now: float) -> str:
    """The stored answer to a claim of a known key.

    Raises:
        KeyReused, RunInProgress, RunWithoutAnswer: there is none for this request, or not yet.
    """
    if known.fingerprint != claim.fingerprint:
        raise KeyReused(claim.key)
    if known.state == "answered":
        return known.answer
    if known.state == "running" and now < known.until:
        raise RunInProgress(claim.key)
    raise RunWithoutAnswer(claim.key)
