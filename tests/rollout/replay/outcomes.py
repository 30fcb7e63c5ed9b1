"""The outcome of a replay, with numbers that a test chooses."""

from collections.abc import Mapping, Sequence

from rollout.replay.incident import STABLE, Incident
from rollout.replay.incidents import CONTEXT_FILLS
from rollout.replay.outcome import Alerts, Outcome, Seen, Time, outcome
from rollout.replay.told import Told

BEGAN, SPEED = 1_000_000.0, 20.0
ZERO = BEGAN + 30.0
"""Ten minutes later, at this speed."""


def at(minute: float) -> float:
    """The epoch seconds of a minute since the incident began."""
    return ZERO + minute * 60 / SPEED


def seen(minute: float, *, is_harm: bool = False, has_failed: bool = False, release: str = STABLE) -> Seen:
    return Seen(minute, 2.0, release, has_failed, is_harm)


def found(
    fired: Mapping[str, float], harmed: Sequence[float], incident: Incident = CONTEXT_FILLS, told: Told | None = None
) -> Outcome:
    """`harmed` are the minutes of the harmed, beside 50 others."""
    made = outcome(
        incident,
        Time(ZERO, SPEED),
        BEGAN,
        at(40),
        Alerts({}, {}),
        {STABLE: [], "managed": []},
        [(at(20), 1.5)],
        rollout=told,
    )
    return Outcome(
        incident=incident,
        first=-10.0,
        end=40.0,
        fired=fired,
        asked=[*map(seen, range(-10, 40)), *(seen(each, is_harm=True) for each in harmed)],
        managed=[seen(each) for each in range(50)],
        line=[(-10.0, float("nan")), (0.0, 0.5), *made.line],
        rollout=told,
        did=made.did,
        promoted=made.promoted,
        taken_back=made.taken_back,
    )
