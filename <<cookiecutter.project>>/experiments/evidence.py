"""What the log has of an experiment, as sums: nothing of a single user."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.experiments.measures import MOMENTS
from agent.experiments.records import Cell, Gathered
from experiments.inference.contrast import Pair
from experiments.inference.sums import Sums

PRICED = "cost_per_task"


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
    metrics by name. `at` is the moment up to which this is all, by the log's clock."""

    exposed: tuple[int, int]
    began: float
    until: float
    measured: Mapping[str, Measured]
    at: float


def evidence_of(found: Gathered) -> Evidence:
    """What was gathered from a log, as sums that the analysis takes."""
    measured = {
        name: Measured(pairs_of(cells), found.unpriced if name == PRICED else 0) for name, cells in found.cells.items()
    }
    control, treatment = found.exposed
    return Evidence((control, treatment), found.began, found.until, measured, found.at)


def pairs_of(cells: Iterable[Cell]) -> dict[tuple[str, int], Pair]:
    """The sums of both variants, by release and moment."""
    found: dict[tuple[str, int], Pair] = {}
    for release, moment, variant, units, *sums in cells:
        one = Sums(units, *sums)
        pair = Pair(one) if variant == 0 else Pair(treatment=one)
        found[release, moment] = found.get((release, moment), Pair()) + pair
    return found
