"""One rehearsal: the real engine on the real parts, with real requests, and a release that is good or bad."""

import asyncio
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console

from rollout import config, journal, person, preflight, report
from rollout.engine_process import EXIT_CODES, LEFT
from rollout.errors import MetricsError, PartFailed, Refused
from rollout.placeholders import Values
from rollout.plan import Plan, plan
from rollout.policy import Policy
from rollout.rehearsal import routed
from rollout.rehearsal.load import Load
from rollout.rehearsal.programs import Program
from rollout.rehearsal.stage import Stage
from rollout.runtime.process import Process, wait_until
from rollout.spec import Spec
from rollout.state import State, new_rollout
from rollout.view.counts import Counts
from rollout.view.view import View, view_on

STABLE = "rehearsal-stable"
BASELINE_WITHIN_SECONDS = 30.0
ENGINE_ENDS = {0, 1, 2, 3, LEFT}
AFTER_THE_END_SECONDS = 1.0
"""The load goes on this long after the end, to see that no request reaches the canary any more; after the engine's
death until its lease is over, too."""


@dataclass(frozen=True)
class Wish:
    """What to rehearse. `faults` are the offline model's; `keep_seconds`, of the policy's time, shortens its keep."""

    policy: Path
    state: State
    faults: str
    speed: float
    requests_per_second: float
    first_weight: float
    keep_seconds: float
    keep_going: bool

    @property
    def repository(self) -> Path:
        """What is rehearsed lies beside its policy."""
        return self.policy.parent

    @property
    def release(self) -> str:
        """The candidate's name, made of its faults so that the report speaks for itself."""
        return "rehearsal-" + re.sub(r"[^A-Za-z0-9.]+", "-", self.faults or "good")


@dataclass(frozen=True)
class Result:
    """How it ended. `exit_code` is the engine's: 0 promoted, 1 rolled back, 3 in doubt."""

    verdict: str
    exit_code: int
    counts: Counts
    report: Path


def rehearse(wish: Wish, programs: Mapping[str, Program], console: Console) -> Result:
    """Run it to its end and write its report. Raises Refused, with nothing left behind, for what can't be rehearsed."""
    policy = config.load(wish.policy)
    wanted = plan(policy, wish.speed)
    with Stage(wish.repository, programs, wish.speed, wanted.lease_seconds) as stage:
        return asyncio.run(Rehearsal(wish, policy, wanted, stage, console).run())


class Rehearsal:
    """The rehearsal while it runs."""

    def __init__(self, wish: Wish, policy: Policy, wanted: Plan, stage: Stage, console: Console) -> None:
        self._wish, self._policy, self._plan, self._stage, self._console = wish, policy, wanted, stage, console
        self._rollout = new_rollout(wish.faults or "good")
        self._journal = wish.state.journal(self._rollout)

    async def run(self) -> Result:
        self._start_parts()
        async with self._load() as load:
            await self._wait_for_baseline()
            self._check_policy()
            await self._start_canary()
            engine = self._start_engine()
            with view_on(self._console) as view, told_by_signal(lambda: engine.send(signal.SIGTERM)):
                await self._follow(engine, view, load)
            died = engine.exit_code() not in ENGINE_ENDS
            await asyncio.sleep(AFTER_THE_END_SECONDS + (self._plan.lease_seconds if died else 0))
            if self._wish.keep_going:
                await self._stay_up()
            counts = await load.stop()
        return self._report(engine, counts)

    def _start_parts(self) -> None:
        addresses = f"service {self._stage.url}, Prometheus {self._stage.prometheus.url}, logs {self._stage.folder}"
        self._console.print(f"starting the stable release: {addresses}", highlight=False, soft_wrap=True)
        self._stage.start_router()
        stable = self._stage.start_release("blue", STABLE, {"AGENT_MODEL": "offline"})
        self._stage.announce("green", self._wish.release)
        self._stage.start_prometheus()
        self._stage.wait_for("blue", up=True, alive=stable)
        self._stage.wait_for("green", up=False)

    def _load(self) -> Load:
        tasks = yaml.safe_load((self._wish.repository / "evals" / "tasks.yaml").read_text(encoding="utf-8"))
        return Load(
            self._stage.url,
            [task["task"] for task in tasks],
            self._wish.requests_per_second,
            timeout_seconds=self._stage.answer_within_seconds + 5,
        )

    async def _wait_for_baseline(self) -> None:
        """A production's stable release has been measured for days; here, for as long as it takes to have figures."""
        deadline = time.monotonic() + BASELINE_WITHIN_SECONDS
        while not await asyncio.to_thread(self._has_baseline):
            if time.monotonic() > deadline:
                half = f"--load {self._wish.requests_per_second / 2:g} --speed {self._wish.speed / 2:g}"
                raise Refused(
                    f"this machine is too busy or too slow for this load, so nothing could be judged: try {half}"
                )
            await asyncio.sleep(0.05)  # here, and not in the thread: Ctrl-C does not wait for the deadline

    def _has_baseline(self) -> bool:
        return self._measured(f'sum(rate(agent_requests_total{{release="{STABLE}"}}[10s]))') > 0

    def _measured(self, promql: str) -> float:
        """What Prometheus says now; 0 while it says nothing."""
        try:
            return self._stage.prometheus.value(promql)
        except MetricsError:
            return 0.0

    def _check_policy(self) -> None:
        values = Values(self._wish.release, STABLE, self._plan.window_seconds, 0, 1)
        preflight.check(plan(self._policy).gates, values, self._stage.prometheus)

    async def _start_canary(self) -> None:
        model = f"offline:{self._wish.faults}" if self._wish.faults else "offline"
        canary = self._stage.start_release("green", self._wish.release, {"AGENT_MODEL": model})
        try:
            # in a thread, so that the load goes on
            await asyncio.to_thread(wait_until, lambda: self._stage.router.health("green").up, "ready", 5, [canary])
        except PartFailed as error:
            if canary.exit_code() == 2:  # it refused its own settings: the fault's name is wrong
                raise Refused(canary.last_lines(20)) from error
            # a canary that is late, ill or dead is the engine's to judge

    def _start_engine(self) -> Process:
        spec = Spec(
            rollout=self._rollout,
            release=self._wish.release,
            stable=STABLE,
            stable_slot="blue",
            by=person.name(),
            target="local",
            policy=self._wish.policy.read_text(encoding="utf-8"),
            prometheus=self._stage.prometheus.url,
            router_socket=str(self._stage.router_socket),
            router_folder=str(self._stage.router_folder),
            state=str(self._wish.state.folder),
            speed=self._wish.speed,
            first_weight=self._wish.first_weight,
            keep_at_most_seconds=self._wish.keep_seconds,
        )
        path = self._stage.folder / "spec.json"
        path.write_text(spec.text(), encoding="utf-8")
        return self._stage.start("engine", (sys.executable, "-m", "rollout.beside", "engine", str(path)))

    async def _follow(self, engine: Process, view: View, load: Load) -> None:
        """Show the journal as it grows, until the engine has ended."""
        tail = journal.Tail(self._journal)
        while True:
            ended = engine.exit_code() is not None
            for event in tail.new():
                view.event(event)
            view.counts(load.counts())
            if ended:
                return
            await asyncio.sleep(0.1)

    async def _stay_up(self) -> None:
        """Leave everything running, for whoever wants to look."""
        self._console.print("still up, under load: Ctrl-C ends it", highlight=False)
        told = asyncio.Event()
        with told_by_signal(told.set):
            await told.wait()

    def _report(self, engine: Process, counts: Counts) -> Result:
        code = engine.wait(0)
        if not self._journal.exists():
            said = engine.last_lines(20).removeprefix("rollout: ")
            raise Refused(said) if code == 2 else PartFailed(said)
        events = journal.read(self._journal)
        with journal.opened(self._journal) as book:
            book.write("traffic", time.time(), **traffic(counts), **self._seen_by_router(events))
        written = report.write(journal.read(self._journal), alive=False, folder=self._wish.state.reports())
        ends = {number: name for name, number in EXIT_CODES.items()} | {LEFT: "promoted"}
        named = ends.get(code, "in_doubt")
        return Result(named, EXIT_CODES[named], counts, written)

    def _seen_by_router(self, events: list[journal.Event]) -> dict[str, float | None]:
        """When the canary's answers went bad, and when the last request went to it."""
        verdict, log = journal.last_of(events, "verdict"), self._stage.router_log
        back = verdict is not None and verdict["verdict"] != "promoted"
        return {
            "first_bad_answer": routed.first_bad_answer(log, "green"),
            "last_canary_request_after_verdict_seconds": (
                routed.last_after(log, "green", verdict["time"]) if verdict and back else None
            ),
        }


def traffic(counts: Counts) -> dict[str, object]:
    """The load's counts as the journal has them."""
    releases = {name: {"answered": each.answered, "errors": each.errors} for name, each in counts.releases.items()}
    return {
        "sent": counts.sent,
        "answered": counts.answered,
        "lost": counts.lost,
        "lost_by_kind": dict(counts.lost_by_kind),
        "late": counts.late,
        "releases": releases,
    }


@contextmanager
def told_by_signal(tell: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM call `tell`. For the engine that means: traffic to stable first, and then the end."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, tell)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
