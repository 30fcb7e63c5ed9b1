"""The machine or the release? A release is not to blame for what stable suffers as well. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rollout.journal import Story
from rollout.journal.events import Reading
from rollout.text import percent, quantity

SLOWER = 5.0
"""Stable suffers when it answers this many times slower than before the rollout ..."""

SLOW_SECONDS = 0.5
"""... and in more than this."""

HELD_UP_SECONDS = 1.0
"""A rehearsal whose own load could not be sent for so long shared its machine with something heavier."""

MISSED_SCRAPES = 0.1
"""Prometheus that gets no answer from stable in time counts it as down, as it does the canary."""

ENOUGH_ANSWERS = 20
OF_THE_MACHINE = frozenset({"seconds", "count"})
"""Units of gates that a busy machine alone can fail: times, alerts, and the health check, which is no gate. So can one
that counts slow requests, and shows how long they take."""


@dataclass(frozen=True)
class Stable:
    """How stable answered: before the rollout, and with all the load after it. Slow is the 95th percentile."""

    slow_before_seconds: float
    slow_after_seconds: float
    sent_after: int
    answers_after: int
    held_up_seconds: float
    missed_scrapes_ratio: float


def too_busy(story: Story, stable: Stable) -> str | None:
    """Why the verdict against a release may be the machine's doing; None when it is the release's, or there is none."""
    verdict = story.verdict
    if verdict is None or verdict.verdict == "promoted" or story.orders:
        return None
    measured = next((reading for reading in story.readings if reading.gate == verdict.gate), None)
    if measured and breaks(measured, measured.stable):
        value = quantity(measured.stable, measured.unit)
        return f"stable breaks the limit of {verdict.gate} too ({value}); on a quiet machine, that limit is too strict"
    if stable.sent_after >= ENOUGH_ANSWERS and stable.answers_after < stable.sent_after / 2:
        return f"stable, with all the load, answered {stable.answers_after} of {stable.sent_after} requests"
    slow = max(SLOW_SECONDS, SLOWER * stable.slow_before_seconds)
    if stable.answers_after >= ENOUGH_ANSWERS and stable.slow_after_seconds > slow:
        return (
            f"stable, with all the load, takes {quantity(stable.slow_after_seconds, 'seconds')} for an answer; "
            f"before the rollout it took {quantity(stable.slow_before_seconds, 'seconds')}"
        )
    if measured and measured.unit not in OF_THE_MACHINE and measured.shown is None:
        return None
    if stable.missed_scrapes_ratio > MISSED_SCRAPES:
        return f"{percent(stable.missed_scrapes_ratio)} of stable's scrapes failed too"
    if stable.held_up_seconds > HELD_UP_SECONDS:
        return f"the rehearsal itself was held up for {quantity(stable.held_up_seconds, 'seconds')}"
    return None


def breaks(measured: Reading, value: float | None) -> bool:
    """Whether a value is on the side of the limit where the gate fails; the measurement itself tells which that is."""
    if value is None or measured.value is None or measured.outcome != "fail":
        return False
    return value > measured.limit if measured.value > measured.limit else value < measured.limit


def slow(seconds: Sequence[float]) -> float:
    """The 95th percentile; 0 of nothing."""
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))] if seconds else 0.0
