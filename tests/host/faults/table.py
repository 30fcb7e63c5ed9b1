"""The matrix: each fault, its time, and the expected end. Data only."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Moment = Literal["start", "5 %", "25 %", "100 %", "promoted"]
Verdict = Literal["promoted", "rolled_back", "in_doubt"]
Lost = Literal["none", "in flight", "router away", "all away"]
"""Which requests may be lost: none; those of the killed process; if the router itself was dead, also those sent
meanwhile; if every container was, those until a release was up again."""

Place = Literal["host", "small disk", "clocks", "docker"]
"""The host for it: the hosts differ in what the tests may do to them."""

STEPS: tuple[Moment, ...] = ("5 %", "25 %", "100 %")
GOES_ON: tuple[Verdict, ...] = ("promoted",)
GOES_BACK: tuple[Verdict, ...] = ("rolled_back",)
IN_DOUBT: tuple[Verdict, ...] = ("in_doubt",)
ANY_WAY_BACK: tuple[Verdict, ...] = ("rolled_back", "in_doubt")


@dataclass(frozen=True)
class Row:
    """One fault. `steps` and `promoted` are its possible verdicts; `promoted` means that the release stays, and that
    its engine keeps watching."""

    fault: str
    words: str
    steps: tuple[Verdict, ...] = ()
    promoted: tuple[Verdict, ...] = ()
    start: tuple[Verdict, ...] = ()
    lost: Lost = "none"
    place: Place = "host"


ROWS = (
    Row("kill engine", "`kill -9` of the engine", IN_DOUBT, GOES_ON),
    Row("kill router", "`kill -9` of the router", GOES_ON, GOES_ON, lost="router away"),
    Row("kill prometheus", "`kill -9` of Prometheus", GOES_ON, GOES_ON),
    Row("kill canary", "`kill -9` of the canary", GOES_BACK, GOES_BACK, lost="in flight"),
    Row("kill stable", "`kill -9` of stable", GOES_ON, GOES_ON, lost="in flight"),
    Row("kill follower", "`kill -9` of the follower", GOES_ON, GOES_ON),
    Row("restart engine", "`docker restart` of the engine", GOES_BACK, GOES_ON),
    Row("restart router", "`docker restart` of the router", GOES_ON, GOES_ON, lost="router away"),
    Row("restart prometheus", "`docker restart` of Prometheus", GOES_ON, GOES_ON),
    Row("restart alertmanager", "`docker restart` of Alertmanager", GOES_ON, GOES_ON),
    Row("restart canary", "`docker restart` of the canary", GOES_BACK, GOES_BACK),
    Row("restart stable", "`docker restart` of stable", GOES_ON, GOES_ON),
    Row("stop stable", "stable stopped, and started after the rollout", IN_DOUBT, GOES_ON),
    Row("lock folder", "the router's folder can't be written", IN_DOUBT, GOES_ON),
    Row("cut ssh", "the ssh connection of the follower cut", GOES_ON, GOES_ON),
    Row("two starts", "two starts at the same instant", GOES_ON, GOES_ON, GOES_ON),
    Row("image exits", "an image that exits at once", start=GOES_BACK),
    Row("image never healthy", "an image that is never healthy", start=GOES_BACK),
    Row("image dies", "an image that is healthy and then dies, for good", GOES_BACK, GOES_BACK, lost="in flight"),
    Row("fill disk", "the journal's disk full", IN_DOUBT, GOES_ON, place="small disk"),
    Row("router clock ahead", "the router's clock jumps an hour ahead", IN_DOUBT, GOES_ON, place="clocks"),
    Row("router clock back", "the router's clock jumps an hour back", IN_DOUBT, GOES_ON, place="clocks"),
    Row("engine clock ahead", "the engine's clock jumps an hour ahead", IN_DOUBT, GOES_ON, place="clocks"),
    Row("engine clock back", "the engine's clock jumps an hour back", IN_DOUBT, GOES_ON, place="clocks"),
    Row(
        "restart docker",
        "SIGTERM to the Docker engine, and its start",
        ANY_WAY_BACK,
        GOES_ON,
        lost="all away",
        place="docker",
    ),
    Row(
        "kill docker",
        "`kill -9` of the Docker engine, and its start",
        ANY_WAY_BACK,
        GOES_ON,
        lost="all away",
        place="docker",
    ),
)

QUICK = {
    ("two starts", "start"),
    ("kill engine", "25 %"),
    ("kill router", "25 %"),
    ("kill canary", "25 %"),
    ("kill docker", "5 %"),
}
"""The cells that run for each pull request; a rehearsal also has its Prometheus killed."""


@dataclass(frozen=True)
class Cell:
    """One fault at one time."""

    row: Row
    moment: Moment
    verdicts: tuple[Verdict, ...]

    @property
    def quick(self) -> bool:
        return (self.row.fault, self.moment) in QUICK

    def __str__(self) -> str:
        return f"{self.row.fault} at {self.moment}"


def cells() -> Iterator[Cell]:
    """All cells, grouped by host."""
    for row in ROWS:
        if row.start:
            yield Cell(row, "start", row.start)
        if row.steps:
            yield from (Cell(row, moment, row.steps) for moment in STEPS)
        if row.promoted:
            yield Cell(row, "promoted", row.promoted)
