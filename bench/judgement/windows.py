"""Sums over the looks of a window."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import sub


class Sums:
    """Counts that grow; what each window of the last looks holds."""

    def __init__(self, counts: Sequence[int] = ()) -> None:
        self._sums = [0, *accumulate(counts)]

    def add(self, count: int) -> None:
        self._sums.append(self._sums[-1] + count)

    def last(self, looks: int) -> int:
        """Over so many of the last looks; over all, if there are fewer."""
        return self._sums[-1] - self._sums[max(0, len(self._sums) - 1 - looks)]

    def tail(self, looks: int) -> list[int]:
        """The counts of so many of the last looks, or of all."""
        sums = self._sums[-looks - 1 :]
        return list(map(sub, sums[1:], sums))

    def each(self, looks: int) -> list[int]:
        """After every look, over so many of the last."""
        behind = [0] * min(looks, len(self._sums)) + self._sums
        return list(map(sub, self._sums[1:], behind[1:]))
