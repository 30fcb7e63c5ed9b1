"""Runs one cell of the matrix: a rollout under load, a fault at a chosen time, and the result."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rollout.onhost.names import SLOTS
from tests.host.faults.ground import Ground, until
from tests.host.faults.requests import Requests, Sent, lost, settled_seconds, wrongly_lost
from tests.host.faults.scene import Scene
from tests.host.faults.strikes import Fault
from tests.host.faults.table import Cell
from tests.pace import patience
from tests.rollout.lines import Event, last_of

BOOT_SECONDS = 5
"""How long a release needs, after Docker has started it, until it listens and the router has noticed; longer on a slow
or busy machine."""

AGREEING = 30
"""This many consecutive answers from one release, about one second's, show which release serves."""


@dataclass
class Result:
    """The result of one cell.

    `settled_seconds` is the time from the fault to the last lost request, or to the canary's last answer if the traffic
    went back. `not_tried` is the reason why the cell could not run here.
    """

    fault: str
    moment: str
    verdict: str = ""
    reason: str = ""
    serves: str = ""
    settled_seconds: float = 0.0
    requests: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    next_start: bool = False
    not_tried: str = ""
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        if self.not_tried:
            return f"{self.fault} at {self.moment}: not tried: {self.not_tried}"
        return (
            f"{self.fault} at {self.moment}: {self.verdict}, {self.serves} serves, settled after "
            f"{self.settled_seconds:.1f} s, lost {self.lost or 'none'} of {self.requests}: {self.reason}"
        )


def run(cell: Cell, fault: Fault, ground: Ground, begun: Callable[[], None]) -> Result:
    """Runs a cell and leaves the host ready for the next one; calls `begun` when this cell has started."""
    result = Result(cell.row.fault, cell.moment)
    scene = Scene(ground)
    with Requests(ground.url) as load:
        fault.begin(scene)
        begun()
        scene.reach(cell.moment)
        begun_at = time.time()
        try:
            fault.strike(scene)
            fault_at = time.time()
            events = scene.over(cell.verdicts)
        finally:  # otherwise one failure causes those of the next cells
            fault.heal(scene)
        over_at = time.time()
        until(lambda: one_release(load.latest(AGREEING, over_at)) is not None, "one release serves")
        serving = one_release(load.latest(AGREEING, over_at))
    result.verdict, result.reason = last_word(events)
    result.serves = {scene.release: "canary", ground.stable_release: "stable"}.get(serving or "", str(serving))
    after = [each for each in load.sent if each.at >= begun_at or (each.ended_at or 0) >= begun_at]
    result.requests, result.lost = len(load.sent), lost(load.sent)
    result.settled_seconds = settled_seconds(after, begun_at, None if result.verdict == "promoted" else serving)
    wrong = wrongly_lost(load.sent, begun_at, excused_until(cell, scene, fault_at))
    result.problems = problems(cell, result, wrong, begun_at)
    return result


def excused_until(cell: Cell, scene: Scene, fault_at: float) -> float:
    """Requests sent after this time (epoch seconds) must not be lost."""
    away = {"router away": ["router"], "all away": ["router", *SLOTS]}.get(cell.row.lost, [])
    boots = BOOT_SECONDS * patience() if cell.row.lost == "all away" else 0
    return max([fault_at, *(scene.ground.started_at(part) + boots for part in away)]) if cell.row.lost != "none" else 0


def one_release(requests: Sequence[Sent]) -> str | None:
    """The release that answered all of these requests."""
    found = {each.release for each in requests if not each.lost}
    complete = len(requests) == AGREEING and not any(each.lost for each in requests)
    return found.pop() if complete and len(found) == 1 else None


def last_word(events: Sequence[Event]) -> tuple[str, str]:
    """The journal's last verdict, and its reason."""
    spoken = last_of(events, "ended", "verdict")
    return (str(spoken["verdict"]), str(spoken["reason"])) if spoken else ("none", "the journal has no verdict")


def problems(cell: Cell, result: Result, wrong: Sequence[Sent], fault_at: float) -> list[str]:
    """The differences from what the matrix expects. Pure."""
    found = []
    if result.verdict not in cell.verdicts:
        found.append(f"the verdict is {result.verdict}, not {' or '.join(cell.verdicts)}: {result.reason}")
    if result.serves != ("canary" if result.verdict == "promoted" else "stable"):
        found.append(f"{result.serves} serves, and the verdict is {result.verdict}")
    if wrong:
        when = [(round(each.at - fault_at, 2), each.lost) for each in wrong[:10]]
        found.append(f"{len(wrong)} requests lost that no fault excuses ({cell.row.lost}), sent at {when}")
    return found
