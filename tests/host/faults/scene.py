"""One rollout on a host, from its start to its end, and the container of each part."""

import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from rollout.router.split import Slot, other
from tests.host.faults.ground import Ground, until
from tests.host.faults.table import Moment, Verdict
from tests.rollout.lines import Event, last_of

WATCHED_ON_SECONDS = 1.5


class Scene:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.stable_slot = ground.find_stable()
        self.rollout = ""
        self.release = ground.next_release()
        self.follower: subprocess.Popen[bytes] | None = None
        self.follower_output: Path = ground.folder / "follower"
        self._before = set(ground.rollouts())

    @property
    def canary_slot(self) -> Slot:
        return other(self.stable_slot)

    def container(self, part: str) -> str:
        """canary and stable are slots; every other part has its own name."""
        return {"canary": self.canary_slot, "stable": self.stable_slot}.get(part, part)

    def start(self, *arguments: str) -> None:
        done = self.ground.rollout("start", self.release, "--policy", str(self.ground.policy), *arguments)
        assert done.code == 0, f"after {self.ground.before}, a start is refused: {done.out}{done.err}"
        self.find()

    def start_and_follow(self, environment: dict[str, str] | None = None) -> None:
        before = dict(self.ground.environment)
        self.ground.environment.update(environment or {})
        arguments = ["start", self.release, "--policy", str(self.ground.policy), "--follow"]
        self.follower = self.ground.begin(*arguments, output=self.follower_output)
        self.ground.environment.clear()
        self.ground.environment.update(before)
        self.find()

    def find(self) -> None:
        """The rollout's name: that of the new journal."""
        until(lambda: bool(set(self.ground.rollouts()) - self._before), "a new journal")
        self.rollout = max(set(self.ground.rollouts()) - self._before)

    def events(self) -> list[Event]:
        return self.ground.journal(self.rollout)

    def newest(self) -> list[Event]:
        return self.events()[-2:]

    def reach(self, moment: Moment) -> None:
        """Wait until the rollout has been in this state for one measurement."""
        if moment == "start":
            return
        until(lambda: reached(self.events(), moment), f"{self.rollout} is at {moment}", 90, self.newest)

    def over(self, verdicts: Sequence[Verdict]) -> list[Event]:
        """Wait until the rollout has ended; or, if it may stay promoted, is in its keep again after the fault."""
        seen, watched_from = len(self.events()), time.monotonic() + WATCHED_ON_SECONDS

        def is_over() -> bool:
            events = self.events()
            watched = "promoted" in verdicts and time.monotonic() > watched_from and watched_on(events, seen)
            return watched or last_of(events, "ended") is not None

        until(is_over, f"{self.rollout} is over", 120, self.newest)
        return self.events()


def reached(events: list[Event], moment: Moment) -> bool:
    if moment == "promoted":
        return last_of(events, "promoted") is not None
    shifted, measured = last_of(events, "shifted"), last_of(events, "measured")
    weight = float(re.sub(r"\D", "", moment)) / 100
    return bool(shifted and measured and shifted["weight"] == weight and measured["time"] > shifted["time"])


def watched_on(events: list[Event], seen: int) -> bool:
    """Whether the promoted release was measured after the first `seen` events, and no recovery is pending."""
    newest = last_of(events[seen:], "measured", "recovered", "promoted", "verdict")
    return bool(last_of(events, "promoted") and newest and newest["event"] == "measured")


def end(process: "subprocess.Popen[bytes]") -> int:
    """Its exit code."""
    try:
        return process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
