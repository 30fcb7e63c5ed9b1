"""Who gets which variant: GrowthBook's hash, version 2. Pure: the same on each machine, in each release, always."""

from collections.abc import Sequence
from functools import lru_cache

OFFSET, PRIME, MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF
BUCKETS = 10_000


def fnv1a(text: str, state: int = OFFSET) -> int:
    """The 32-bit FNV-1a hash of a text, continued from a `state`."""
    for code in text.encode() if text.isascii() else map(ord, text):
        state = (state ^ code) * PRIME & MASK
    return state


@lru_cache(maxsize=64)  # an experiment has one name and a million units
def seeded(experiment: str) -> int:
    """The hash's state after an experiment's name."""
    return fnv1a(experiment)


def bucket(experiment: str, unit: str) -> float:
    """Where a unit, such as a user's name, falls in an experiment: 0 up to below 1, in steps of 1/10000."""
    return fnv1a(str(fnv1a(unit, seeded(experiment)))) % BUCKETS / BUCKETS


def chosen(at: float, shares: Sequence[float]) -> int | None:
    """The index of the share that a bucket falls into, one share after the other; None behind the last."""
    end = 0.0
    for index, share in enumerate(shares):
        end += share
        if at < end - 1e-9:  # 0.1 + 0.2 is more than 0.3
            return index
    return None
