"""The outcome of a replay, with numbers that a test chooses."""

from collections.abc import Mapping

from rollout.replay.incidents import CONTEXT_FILLS
from rollout.replay.outcome import Outcome


def found(fired: Mapping[str, float], harmed: list[float]) -> Outcome:
    return Outcome(
        incident=CONTEXT_FILLS,
        fired=fired,
        asked=[*range(-10, 40), *harmed],
        harmed=harmed,
        failed=[3.0],
        managed_asked=50,
        managed_harmed=0,
        fullest=[(-10.0, float("nan")), (0.0, 0.5), (20.0, 1.5)],
    )
