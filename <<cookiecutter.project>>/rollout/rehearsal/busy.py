"""Decides whether the machine or the release is to blame: a problem that stable has too is the machine's. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rollout.journal import Story
from rollout.journal.events import Reading
from rollout.text import percent, quantity

SLOWER = 5.0
"""Stable suffers if it answers this many times slower than before the rollout ..."""

SLOW_SECONDS = 0.5
"""... and takes longer than this."""

HELD_UP_SECONDS = 1.0
"""If the rehearsal could not send its load for this long, something else kept the machine busy."""

MISSED_SCRAPES = 0.1
"""Prometheus counts stable as down when a scrape times out, as it does the canary."""

ENOUGH_ANSWERS = 20
OF_THE_MACHINE = frozenset({"seconds", "count"})
"""Units of the gates that a busy machine alone can fail: times and alerts. It can also fail the health check, and
a gate that counts slow requests and shows their latency."""


@dataclass(frozen=True)
class Stable:
    """Stable's answers before the rollout, and after it with all the load. Slow means the 95th percentile."""

    slow_before_seconds: float
    slow_after_seconds: float
    sent_after: int
    answers_after: int
    held_up_seconds: float
    missed_scrapes_ratio: float


def too_busy(story: Story, stable: Stable) -> str | None:
    """Why the machine may have caused the verdict against a release; None if the release did, or without a verdict."""
    verdict = story.verdict
    if verdict is None or verdict.verdict == "promoted" or story.orders:
        return None
    measured = next((reading for reading in story.readings if reading.gate == verdict.gate), None)
    if measured and breaks(measured, measured.stable):
        value = quantity(measured.stable, measured.unit)
        return f"stable fails the gate {verdict.gate} too ({value}); if this machine is idle, the limit is too strict"
    if stable.sent_after >= ENOUGH_ANSWERS and stable.answers_after < stable.sent_after / 2:
        return f"with all the load, stable answered {stable.answers_after} of {stable.sent_after} requests"
    slow = max(SLOW_SECONDS, SLOWER * stable.slow_before_seconds)
    if stable.answers_after >= ENOUGH_ANSWERS and stable.slow_after_seconds > slow:
        return (
            f"with all the load, stable takes {quantity(stable.slow_after_seconds, 'seconds')} to answer; "
            f"before the rollout it took {quantity(stable.slow_before_seconds, 'seconds')}"
        )
    if measured and measured.unit not in OF_THE_MACHINE and measured.shown is None:
        return None
    if stable.missed_scrapes_ratio > MISSED_SCRAPES:
        return f"{percent(stable.missed_scrapes_ratio)} of stable's scrapes failed too"
    if stable.held_up_seconds > HELD_UP_SECONDS:
        return f"the rehearsal could not send its load for {quantity(stable.held_up_seconds, 'seconds')}"
    return None


def breaks(measured: Reading, value: float | None) -> bool:
    """Whether a value fails the gate; the measurement says on which side of the limit the gate fails."""
    if value is None or measured.value is None or measured.outcome != "fail":
        return False
    return value > measured.limit if measured.value > measured.limit else value < measured.limit


def slow(seconds: Sequence[float]) -> float:
    """The 95th percentile; 0 without values."""
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))] if seconds else 0.0
