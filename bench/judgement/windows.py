"""Sums over the measurements of a window."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import sub


class Sums:
    """Growing counts, and their sums over windows of the last measurements."""

    def __init__(self, counts: Sequence[int] = ()) -> None:
        self._sums = [0, *accumulate(counts)]

    def add(self, count: int) -> None:
        self._sums.append(self._sums[-1] + count)

    def last(self, looks: int) -> int:
        """Over this many of the last measurements; over all, if there are fewer."""
        return self._sums[-1] - self._sums[max(0, len(self._sums) - 1 - looks)]

    def tail(self, looks: int) -> list[int]:
        """The counts of this many of the last measurements, or of all."""
        sums = self._sums[-looks - 1 :]
        return list(map(sub, sums[1:], sums))

    def each(self, looks: int) -> list[int]:
        """After every measurement, over this many of the last ones."""
        behind = [0] * min(looks, len(self._sums)) + self._sums
        return list(map(sub, self._sums[1:], behind[1:]))
