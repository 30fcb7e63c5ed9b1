"""What the log has of an experiment, as sums: nothing of a single user."""

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.inference.contrast import Pair

MOMENTS = 20
"""Into how many parts the time is divided, for the picture."""


@dataclass(frozen=True)
class Measured:
    """A metric's sums of the users who first came in a release, in one of the MOMENTS (0 is the first). With runs whose
    cost is not known, `unpriced`, a cost has no value."""

    cells: Mapping[tuple[str, int], Pair]
    unpriced: int = 0

    def pairs(self, until: int = MOMENTS) -> list[Pair]:
        """The sums by release, of the users who came in the moments before `until`."""
        found: dict[str, Pair] = {}
        for (release, moment), pair in self.cells.items():
            if moment < until:
                found[release] = found.get(release, Pair()) + pair
        return list(found.values())

    @property
    def whole(self) -> Pair:
        """All sums."""
        return sum(self.cells.values(), Pair())

    @property
    def units(self) -> tuple[int, int]:
        """The users of the control and of the treatment that have this metric."""
        return self.whole.control.n, self.whole.treatment.n


@dataclass(frozen=True)
class Evidence:
    """The users who were exposed to the control and to the treatment, from when to when (epoch seconds), and the
    metrics by name."""

    exposed: tuple[int, int]
    began: float
    until: float
    measured: Mapping[str, Measured]
