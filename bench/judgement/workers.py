"""Rollouts by their seeds, on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 125
FEW = 50
"""So many are done before another process has started."""


def by_seed(work: Callable[[range], list[T]], many: int) -> list[T]:
    """What `work` makes of each of the seeds from 0 on, in their order. It must be picklable."""
    if many <= FEW:
        return work(range(many))
    parts = [range(start, min(many, start + AT_ONCE)) for start in range(0, many, AT_ONCE)]
    return [each for made in processes().map(work, parts) for each in made]


@cache
def processes() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(os.cpu_count())
