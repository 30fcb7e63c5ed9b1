"""An engine on a real router with scripted gates. Its journal kills it at a chosen event."""

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

from rollout import journal
from rollout.engine.loop import Engine
from rollout.engine.spec import Spec
from rollout.journal.orders import Order
from rollout.journal.state import State
from rollout.metrics.questions import Answer, Question, one_by_one
from rollout.onhost import engine_process
from rollout.onhost.clock import MachineClock
from rollout.policy.plan import Gate, Plan, Step
from rollout.policy.quantity import Limit
from rollout.router.haproxy import Haproxy, ServerStats
from rollout.router.split import Slot

LEASE_SECONDS = 0.8
GATE = Gate(
    name="errors",
    query="errors",
    samples=None,
    at_least=None,
    limit=Limit(0.05, "ratio"),
    fails_above=True,
    window_seconds=0.0,
)

# The possible ends of a rollout, and the router's map after each.
Fate = Literal["good", "bad at 25 %", "aborted at 25 %", "bad when promoted"]
TURNS: dict[Fate, Callable[[dict[str, str]], bool]] = {
    "good": lambda _: False,
    "bad at 25 %": lambda running: running["weight"] == "2500",
    "aborted at 25 %": lambda running: running["weight"] == "2500",
    "bad when promoted": lambda running: running["stable"] == "green",
}


class Place(NamedTuple):
    """An event's identity: the same in every run, however many measurements there are."""

    event: str
    step: int | None = None
    weight: float | None = None
    keep: bool | None = None
    verdict: str | None = None


def place(event: journal.Event) -> Place:
    return Place(event.event, *(getattr(event, name, None) for name in Place._fields[1:]))


class Kill(NamedTuple):
    """`before` or `after` the first event of this identity is on disk."""

    when: Literal["before", "after"]
    place: Place


@dataclass(frozen=True)
class Case:
    """A scripted rollout. Each step holds for `hold_seconds`."""

    spec: Spec
    fate: Fate
    hold_seconds: float

    @property
    def keep_seconds(self) -> float:
        """The keep is as short as a step, unless the test needs it to outlast the first engine."""
        return 10.0 if self.fate == "bad when promoted" else self.hold_seconds

    @property
    def journal(self) -> Path:
        return State(Path(self.spec.state)).journal(self.spec.rollout)


class DeadlyJournal(journal.JournalFile):
    """The real journal, until the chosen event."""

    def __init__(self, path: Path, kill: Kill | None) -> None:
        super().__init__(path)
        self._kill = kill

    def write(self, event: journal.Event) -> None:
        when = self._kill.when if self._kill and self._kill.place == place(event) else None
        if when != "before":
            super().write(event)
        if when:
            os.kill(os.getpid(), signal.SIGKILL)


class Script:
    """Metrics and orders, scripted for the router's current split."""

    def __init__(self, fate: Fate, router: Haproxy) -> None:
        self._fate, self._router = fate, router

    def value(self, promql: str, ago_seconds: float = 0.0) -> float:
        assert promql
        assert ago_seconds >= 0
        return 1.0 if self._fate.startswith("bad") and self._turned() else 0.0

    def values(self, promql: str, by: str, ago_seconds: float = 0.0) -> dict[str, float]:
        return {by: self.value(promql, ago_seconds)}

    def several(self, questions: Mapping[str, Question], ago_seconds: float = 0.0) -> Mapping[str, Answer]:
        return one_by_one(questions, self.value, self.values, ago_seconds)

    def sees(self, release: str) -> bool:
        return bool(release)

    def done(self) -> None:
        raise AssertionError("no fate has an order that is obeyed once")

    def pending(self) -> Order | None:
        if self._fate.startswith("aborted") and self._turned():
            return Order("abort", by="ann", reason="I saw something")
        return None

    def _turned(self) -> bool:
        return TURNS[self._fate](self._router.current())


class Visited(Haproxy):
    """A router on which each look finds another request to each slot: no step passes without."""

    looks = 0

    def health(self, slot: Slot) -> ServerStats:
        self.looks += 1
        found = super().health(slot)
        return replace(found, requests=found.requests + self.looks)


def plan(case: Case) -> Plan:
    return Plan(
        steps=tuple(Step(weight, case.hold_seconds) for weight in (0.05, 0.25, 1.0)),
        gates=(GATE,),
        keep_seconds=case.keep_seconds,
        every_seconds=0.1,
        window_seconds=0.05,
        lease_seconds=LEASE_SECONDS,
        ready_within_seconds=20.0,
        decide_within_seconds=20.0,
        drain_within_seconds=5.0,
        tolerate_errors=1000,
    )


def run(case: Case, kill: Kill | None) -> None:
    """Start the rollout, or resume a dead engine's, like `engine_process.run`."""
    clock, wanted = MachineClock(), plan(case)
    router = Visited(Path(case.spec.router_socket), Path(case.spec.router_folder))
    script = Script(case.fate, router)
    before = journal.story_of(journal.read(case.journal)) if case.journal.exists() else journal.Story()
    book = DeadlyJournal(case.journal, kill)
    engine = Engine(case.spec, wanted, router, script, book, clock, script)
    if not before.is_empty:
        engine.resume(before, router.on_disk().get("stable"))
        return
    book.write(engine_process.started(case.spec, wanted, clock.time()))
    engine.run()
