"""Fakes for the engine's ports, and a small world made of them. Time passes only during a sleep."""

import errno
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rollout.engine.loop import Engine
from rollout.engine.spec import Spec
from rollout.errors import MetricsError, RouterError
from rollout.journal.events import Event
from rollout.journal.line import text
from rollout.journal.orders import Order, UnknownOrder
from rollout.metrics.questions import Answer as AnswerOf
from rollout.metrics.questions import Question, one_by_one
from rollout.onhost.engine_process import started
from rollout.policy.plan import Gate, Plan, Step
from rollout.policy.quantity import Limit
from rollout.router.aftermath import Aftermath
from rollout.router.haproxy import ServerStats
from rollout.router.split import Slot, Split, everybody_on
from rollout.router.task import Solved, Unsolved

EPOCH = 1_764_000_000.0
UP = ServerStats(up=True, downs=0, requests=0, running=0, check="L7OK")
DOWN = replace(UP, up=False, downs=1, check="L4CON connection refused")

ERRORS = Gate("errors", "errors()", "requests()", 20, Limit(0.05, "ratio"), fails_above=True, window_seconds=2)
ALERTS = Gate("alerts", "alerts()", None, None, Limit(0, "count"), fails_above=True, window_seconds=2)
PLAN = Plan(
    steps=(Step(0.05, 20), Step(0.25, 20), Step(1.0, 20)),
    gates=(ERRORS, ALERTS),
    keep_seconds=10,
    every_seconds=1,
    window_seconds=2,
    lease_seconds=4,
    ready_within_seconds=10,
    decide_within_seconds=40,
    drain_within_seconds=5,
    tolerate_errors=3,
)
PLAN_OF_TIMES = replace(PLAN, gates=(replace(ALERTS, query="$ago $elapsed"),))
SPEC = Spec(
    rollout="20251124-good",
    release="agent@new",
    stable="agent@old",
    stable_slot="blue",
    by="maria",
    target="local",
    policy="",
    prometheus="",
    router_socket="",
    router_folder="",
    state="",
)


class Died(BaseException):
    """The death of a process, which `except Exception` does not catch."""


class FakeClock:
    """Starts at EPOCH; `at` calls a function after this many seconds."""

    def __init__(self) -> None:
        self.passed = 0.0
        self._events: list[tuple[float, Callable[[], object]]] = []

    def at(self, seconds: float, act: Callable[[], object]) -> None:
        self._events.append((seconds, act))
        self._events.sort(key=lambda event: event[0])

    def time(self) -> float:
        return EPOCH + self.passed

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        until = self.passed + seconds
        assert until < 1000, "the engine seems to wait for ever"
        while self._events and self._events[0][0] <= until:
            self.passed, act = self._events.pop(0)
            act()
        self.passed = until


class FakeRouter:
    """Obeys, records every split and its time, and fails on request."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.splits: list[tuple[float, Split]] = []
        self.split = everybody_on("blue")
        self.aftermath = Aftermath()
        self.sides: dict[Slot, ServerStats] = {"blue": UP, "green": UP}
        self.silent = False
        self.stuck: set[Slot] = set()
        self.unvisited: set[Slot] = set()
        self.requests: Counter[Slot] = Counter()
        self.fails_next = 0
        self.solves: dict[str, Solved | Unsolved] = {}
        self.solved: list[tuple[Slot, str, float, Split]] = []
        self.solves_in_seconds = 1.0
        self.refuses: Callable[[Split], bool] = lambda _: False

    def shift(self, split: Split) -> None:
        self._answer()
        if self.refuses(split):
            raise RouterError("the router says no")
        self.split = split
        self.splits.append((self._clock.time(), split))

    def record(self, aftermath: Aftermath) -> None:
        if self.silent:
            raise RouterError("the router is silent")
        self.aftermath = aftermath

    def health(self, slot: Slot) -> ServerStats:
        """Whoever the split sends users to, and is not `unvisited`, has got another request."""
        self._answer()
        self.requests[slot] += slot not in self.unvisited and (slot == self.split.stable or self.split.weight > 0)
        return replace(self.sides[slot], requests=self.sides[slot].requests + self.requests[slot])

    def current(self) -> dict[str, str]:
        self._answer()
        return self.split.entries()

    def answering(self) -> Slot | None:
        """Whoever is up, stable before the other; nobody that is `stuck`."""
        self._answer()
        up = [slot for slot in (self.split.stable, self.split.canary) if self.sides[slot].up]
        return next((slot for slot in up if slot not in self.stuck), None)

    def make(self, slot: Slot, health: ServerStats) -> None:
        """From now on, the slot has this state."""
        self.sides[slot] = health

    def weights(self) -> list[int]:
        """The weights in order, in buckets, without renewals."""
        weights = [split.weight for _, split in self.splits]
        return [weight for weight, before in zip(weights, [None, *weights], strict=False) if weight != before]

    def _answer(self) -> None:
        if self.silent:
            raise RouterError("the router is silent")
        if self.fails_next:
            self.fails_next -= 1
            raise RouterError("the router missed that")

    def solve(self, slot: Slot, task: str, within_seconds: float) -> Solved | Unsolved:
        """Takes a second, and answers as in `solves`."""
        self._answer()
        self.solved.append((slot, task, within_seconds, self.split))
        self._clock.sleep(self.solves_in_seconds)
        return self.solves.get(task, Solved(f"The answer to {task} is 42.", 500, 1))


Answer = float | Mapping[str, float] | MetricsError


class ScriptedMetrics:
    """Answers each expression with its latest prepared value: a number, numbers by a label, or an error to raise."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = {f"{name}()": answer for name, answer in answers.items()}
        self.asked: list[str] = []

    def say(self, **answers: Answer) -> None:
        self.answers.update({f"{name}()": answer for name, answer in answers.items()})

    def value(self, promql: str, ago_seconds: float = 0.0) -> float:
        assert ago_seconds >= 0
        answer = self._answer(promql)
        assert not isinstance(answer, Mapping)
        return answer

    def values(self, promql: str, by: str, ago_seconds: float = 0.0) -> Mapping[str, float]:
        assert by
        assert ago_seconds >= 0
        answer = self._answer(promql)
        assert isinstance(answer, Mapping)
        return answer

    def several(self, questions: Mapping[str, Question], ago_seconds: float = 0.0) -> Mapping[str, AnswerOf]:
        return one_by_one(questions, self.value, self.values, ago_seconds)

    def sees(self, release: str) -> bool:
        answer = self.answers.get("sees()", 1)
        if isinstance(answer, MetricsError):
            raise answer
        return release == SPEC.release and bool(answer)

    def _answer(self, promql: str) -> float | Mapping[str, float]:
        self.asked.append(promql)
        answer = self.answers[promql]
        if isinstance(answer, MetricsError):
            raise answer
        return answer


class AskedTimes(ScriptedMetrics):
    """Answers `PLAN_OF_TIMES` with 0 and records the times in its queries, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.ago: list[float] = []
        self.elapsed: list[float] = []

    def value(self, promql: str, ago_seconds: float = 0.0) -> float:
        assert ago_seconds == 0
        ago, elapsed = promql.removesuffix("ms").split("ms ")
        self.ago.append(int(ago) / 1000)
        self.elapsed.append(int(elapsed) / 1000)
        return 0.0


class MemoryJournal:
    """Keeps events in a list, like a file. From the n-th event on the disk can be full, or the process can die at
    it."""

    def __init__(self, *, full_at: int | None = None, dies_at: int | None = None, dies_after_writing: bool = False):
        self.events: list[dict[str, Any]] = []
        self._full_at, self._dies_at, self._dies_after_writing = full_at, dies_at, dies_after_writing

    def write(self, event: Event) -> None:
        number = len(self.events)
        if number == self._full_at:
            raise OSError(errno.ENOSPC, "No space left on device")
        if number == self._dies_at and not self._dies_after_writing:
            raise Died
        self.events.append(json.loads(text(event)))
        if number == self._dies_at:
            raise Died

    def names(self) -> list[str]:
        """The events in order, without measurements."""
        return [event["event"] for event in self.events if event["event"] != "measured"]

    def all(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == name]

    def only(self, name: str) -> dict[str, Any]:
        (event,) = self.all(name)
        return event


class FakeOrders:
    """The pending order of a person, or None."""

    def __init__(self) -> None:
        self.order: Order | UnknownOrder | None = None
        self.stuck = False

    def pending(self) -> Order | UnknownOrder | None:
        return self.order

    def done(self) -> None:
        if self.stuck:
            raise OSError(errno.EROFS, "Read-only file system")
        self.order = None

    def give(self, order: Order | UnknownOrder) -> None:
        self.order = order


@dataclass
class World:
    """Everything that an engine uses. At the start, all is well."""

    journal: MemoryJournal = field(default_factory=MemoryJournal)
    plan: Plan = PLAN
    spec: Spec = SPEC

    def __post_init__(self) -> None:
        self.clock, self.orders = FakeClock(), FakeOrders()
        self.router = FakeRouter(self.clock)
        self.metrics = ScriptedMetrics(errors=0.01, requests=100, alerts=0)

    def engine(self) -> Engine:
        return Engine(self.spec, self.plan, self.router, self.metrics, self.journal, self.clock, self.orders)

    def run(self) -> str:
        """Run one engine to its end."""
        self.journal.write(started(self.spec, self.plan, self.clock.time()))
        return self.engine().run()
