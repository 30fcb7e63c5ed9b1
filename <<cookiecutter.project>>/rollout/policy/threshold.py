"""Parses `fail_above`: `5%`, `60s`, `0`, `3x stable`, `0.1% and 1x stable`."""

import re
from dataclasses import dataclass

from rollout.policy.quantity import Limit, limit

AGAINST = re.compile(r"(?:(?P<limit>\S+) and )?(?P<times>\d+(?:\.\d+)?)x stable", re.ASCII)


@dataclass(frozen=True)
class Threshold:
    """A fixed limit, a multiple of stable's value, or both: then a value must exceed both to fail."""

    limit: Limit | None
    times_stable: float | None = None


def threshold(text: object) -> Threshold:
    """Raises ValueError."""
    found = AGAINST.fullmatch(text) if isinstance(text, str) else None
    if not found:
        return Threshold(limit(text))
    if float(found["times"]) == 0:
        raise ValueError(f"{text!r} is not a limit: write a multiple above 0, such as 3x stable")
    return Threshold(limit(found["limit"]) if found["limit"] else None, float(found["times"]))
