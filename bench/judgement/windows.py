"""Sums over the measurements of a window."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import sub
from typing import Generic, TypeVar

N = TypeVar("N", int, float)


class Sums(Generic[N]):
    """Growing counts, and their sums over windows of the last measurements."""

    def __init__(self, counts: Sequence[N] = ()) -> None:
        self._sums: list[N] = [0, *accumulate(counts)]  # type: ignore[list-item]  # 0 is of either type

    def add(self, count: N) -> None:
        self._sums.append(self._sums[-1] + count)

    def last(self, looks: int) -> N:
        """Over this many of the last measurements; over all, if there are fewer."""
        return self._sums[-1] - self._sums[max(0, len(self._sums) - 1 - looks)]

    def tail(self, looks: int) -> list[N]:
        """The counts of this many of the last measurements, or of all."""
        sums = self._sums[-looks - 1 :]
        return list(map(sub, sums[1:], sums))

    def each(self, looks: int) -> list[N]:
        """After every measurement, over this many of the last ones."""
        behind = [self._sums[0]] * min(looks, len(self._sums)) + self._sums
        return list(map(sub, self._sums[1:], behind[1:]))

    def on(self, counts: Sequence[N], looks: int) -> list[N]:
        """After each of these further counts, over so many of the last."""
        earlier = self.tail(looks)
        return Sums(earlier + list(counts)).each(looks)[len(earlier) :]
