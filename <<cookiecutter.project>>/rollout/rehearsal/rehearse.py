"""One rehearsal: the real engine on the real parts, with real requests, and a release that is good or bad."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from rich.console import Console

from rollout import journal
from rollout.engine.record import KEPT_MEASUREMENTS_APART
from rollout.engine.spec import Spec
from rollout.errors import MetricsError, PartFailed, Refused, TooBusy
from rollout.gates import preflight
from rollout.gates.measure import measure_all, with_baselines
from rollout.journal.events import Restored
from rollout.journal.state import new_rollout
from rollout.live.view import View, view_on
from rollout.onhost import author
from rollout.onhost.engine_process import LEFT
from rollout.policy import file as policy_file
from rollout.policy.placeholders import Values
from rollout.policy.plan import Plan, plan, traffic_needed
from rollout.policy.schema import Policy
from rollout.rehearsal import busy, capacity
from rollout.rehearsal.ending import Result, end
from rollout.rehearsal.faults import offline_model
from rollout.rehearsal.load import Load, tasks_of
from rollout.rehearsal.pace import SLOWEST, Capacity, Demand, Pace, calmer, fit, warnings, whole
from rollout.rehearsal.process import Process, wait_until
from rollout.rehearsal.programs import Program
from rollout.rehearsal.request import RehearsalRequest
from rollout.rehearsal.stage import Stage
from rollout.report.steps import TOO_BUSY

STABLE = "rehearsal-stable"
BASELINE_WITHIN_SECONDS = 30.0
ATTEMPTS = 4
NEARLY = 0.95
"""Above this share of its speed a stage is slow enough, and not set anew."""

FOR_CERTAIN = 0.8
"""A stage that is set anew is this much slower than need be, so that it is set anew once."""

ENGINE_ENDS = {0, 1, 2, 3, LEFT}
AFTER_THE_END_SECONDS = 1.0
"""The load goes on this long after the end, to see that no request reaches the canary any more; after the engine's
death until its lease is over, too."""

HANGS_SECONDS = 15.0
"""An engine that says nothing for so much longer than it may hangs. The router has returned its traffic by then."""

SEEN_AFTERWARDS_SECONDS = 3.0
"""Stable has all the load for so long at least once a release was taken back: to see whether it bears it."""


class Slower(Exception):
    """The stage was set for a pace that this machine can't hold."""

    def __init__(self, pace: Pace) -> None:
        super().__init__(str(pace))
        self.pace = pace


def rehearse(request: RehearsalRequest, programs: Mapping[str, Program], console: Console) -> Result:
    """Run it to its end and write its report, as fast as this machine can; again, slower, if the machine grew busy.
    Raises Refused, with nothing left behind, for what can't be rehearsed, and TooBusy where no pace is slow enough."""
    policy = policy_file.load(request.policy)
    pace, result = request.pace.first(), None
    for _ in range(ATTEMPTS):
        wanted = plan(policy, pace.speed)
        with Stage(request.repository, programs, pace.speed, wanted.lease_seconds) as stage:
            try:
                result = asyncio.run(Rehearsal(request, policy, wanted, stage, pace, console).run())
            except Slower as slower:
                pace = slower.pace
                continue
        slower_pace = calmer(request.pace, pace)
        if not result.too_busy or slower_pace is None or request.keep_going:
            return result
        pace = slower_pace
        console.print(f"this machine grew busy: {result.too_busy}. Again, at {pace}", highlight=False, soft_wrap=True)
    if result:
        return result
    raise TooBusy(f"{TOO_BUSY}: it grew slower while it was measured")


class Rehearsal:
    """The rehearsal while it runs."""

    def __init__(
        self, request: RehearsalRequest, policy: Policy, wanted: Plan, stage: Stage, pace: Pace, console: Console
    ) -> None:
        self._request, self._policy, self._plan, self._stage = request, policy, wanted, stage
        self._pace, self._console = pace, console
        first = plan(policy, first_weight=request.first_weight)
        self._demand = Demand(traffic_needed(first), first.every_seconds)
        self._tasks = tasks_of(request.repository)
        self._rollout = new_rollout(request.faults or "good")
        self._journal = request.state.journal(self._rollout)

    async def run(self) -> Result:
        self._start_parts()
        in_time_seconds = self._stage.deadline_seconds / 4
        has = Capacity(await capacity.requests_per_second(self._stage.url, self._tasks, in_time_seconds))
        async with self._load(self._fitting(has).requests_per_second) as load:
            await self._wait_for_baseline()
            self._check_policy()
            self._settle(replace(has, round_seconds=await asyncio.to_thread(self._round_seconds)))
            slow_before_seconds = busy.slow(load.seconds(STABLE))
            await self._start_canary()
            engine = self._start_engine()
            with view_on(self._console) as view, told_by_signal(lambda: engine.send(signal.SIGTERM)):
                await self._follow(engine, view, load)
            why = await self._see_afterwards(engine, load, slow_before_seconds)
            if self._request.keep_going:
                await self._stay_up()
            counts = await load.stop()
        return end(engine, self._journal, self._request.state, counts, self._stage.router_log, why)

    def _start_parts(self) -> None:
        addresses = f"service {self._stage.url}, Prometheus {self._stage.prometheus.url}, logs {self._stage.folder}"
        self._say(f"starting the stable release: {addresses}")
        self._stage.start_router()
        stable = self._stage.start_release("blue", STABLE, {"AGENT_MODEL": "offline"})
        self._stage.announce("green", self._request.release)
        self._stage.start_prometheus()
        self._stage.wait_for("blue", up=True, alive=stable)
        self._stage.wait_for("green", up=False)

    def _say(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True)

    def _load(self, requests_per_second: float) -> Load:
        return Load(
            self._stage.url,
            self._tasks,
            requests_per_second,
            timeout_seconds=self._stage.answer_within_seconds + 5,
        )

    def _fitting(self, has: Capacity) -> Pace:
        """The pace for this machine: never above that of the stage."""
        found = fit(self._request.pace, has, self._demand)
        if found is None:
            answers = f"it answers {has.requests_per_second:.0f} requests/s"
            raise TooBusy(f"{TOO_BUSY}: {answers}. Try again when less runs here, or say --load and --speed")
        return Pace(min(found.requests_per_second, self._pace.requests_per_second), found.speed)

    def _settle(self, has: Capacity) -> None:
        """Go on at the stage's speed, or raise Slower."""
        found, stays = self._fitting(has), self._pace.speed
        slower = found.speed < stays * NEARLY
        pace = Pace(found.requests_per_second, max(SLOWEST, whole(found.speed * FOR_CERTAIN)) if slower else stays)
        if pace != self._pace:
            self._say(f"this machine answers {has.requests_per_second:.0f} requests/s: rehearsing at {pace}")
        if slower and pace.speed < stays:
            raise Slower(pace)
        for line in warnings(self._request.pace, pace, has, self._demand):
            self._say(line)

    def _round_seconds(self) -> float:
        """How long it takes to measure every gate once, as the engine does; the best of three."""
        values = Values.before_the_start(STABLE, STABLE, self._plan.window_seconds)
        times = []
        for _ in range(3):
            began = time.monotonic()
            measured = measure_all(self._plan.gates, values, self._stage.prometheus)
            with_baselines(self._plan.gates, measured, values, self._stage.prometheus)
            times.append(time.monotonic() - began)
        return min(times)

    async def _wait_for_baseline(self) -> None:
        """A production's stable release has been measured for days; here, for as long as it takes to have figures."""
        deadline = time.monotonic() + BASELINE_WITHIN_SECONDS
        while not await asyncio.to_thread(self._has_baseline):
            if time.monotonic() > deadline:
                raise TooBusy(
                    f"{TOO_BUSY}: Prometheus had no figures of the stable release within "
                    f"{BASELINE_WITHIN_SECONDS:g} s. Try --speed {self._pace.speed / 2:g}"
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
        preflight.check(plan(self._policy).gates, self._request.release, STABLE, self._stage.prometheus)

    async def _start_canary(self) -> None:
        model = offline_model(self._request.faults, self._pace.speed)
        canary = self._stage.start_release("green", self._request.release, {"AGENT_MODEL": model})
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
            release=self._request.release,
            stable=STABLE,
            stable_slot="blue",
            by=author.name(),
            target="local",
            policy=self._request.policy.read_text(encoding="utf-8"),
            prometheus=self._stage.prometheus.url,
            router_socket=str(self._stage.router_socket),
            router_folder=str(self._stage.router_folder),
            state=str(self._request.state.folder),
            speed=self._pace.speed,
            first_weight=self._request.first_weight,
            hold_at_most_seconds=self._request.hold_seconds,
            keep_at_most_seconds=self._request.keep_seconds,
        )
        path = self._stage.folder / "spec.json"
        path.write_text(spec.text(), encoding="utf-8")
        return self._stage.start("engine", (sys.executable, "-m", "rollout.onhost", "engine", str(path)))

    async def _follow(self, engine: Process, view: View, load: Load) -> None:
        """Show the journal as it grows, until the engine has ended; one that hangs is ended."""
        tail, heard_at = journal.Tail(self._journal), time.monotonic()
        while True:
            ended = engine.exit_code() is not None
            for _, entry in tail.new():
                view.entry(entry)
                heard_at = time.monotonic()
            view.counts(load.counts())
            if ended:
                return
            if time.monotonic() - heard_at > silent_at_most_seconds(self._plan) + HANGS_SECONDS:
                await asyncio.to_thread(engine.stop)
            await asyncio.sleep(0.1)

    async def _see_afterwards(self, engine: Process, load: Load, slow_before_seconds: float) -> str | None:
        """Let the load go on for a moment; why a verdict against the release may be the machine's doing."""
        died = engine.exit_code() not in ENGINE_ENDS
        story = journal.story_of(journal.read(self._journal)) if self._journal.exists() else journal.Story()
        restored = story.back if isinstance(story.back, Restored) else None
        seen_at = restored.time + SEEN_AFTERWARDS_SECONDS if restored else 0.0
        after_the_end = AFTER_THE_END_SECONDS + (self._plan.lease_seconds if died else 0)
        sent_before = load.counts().sent
        await asyncio.sleep(max(after_the_end, seen_at - time.time()))
        sent_now = load.counts().sent
        if died or restored is None:
            return None
        after = load.seconds(STABLE, since=restored.time)
        missed = self._measured(f'1 - avg_over_time(up{{job="agent",release="{STABLE}"}}[1m])')
        sent = sent_now - sent_before
        stable = busy.Stable(slow_before_seconds, busy.slow(after), sent, len(after), load.held_up_seconds, missed)
        return busy.too_busy(story, stable)

    async def _stay_up(self) -> None:
        """Leave everything running, for whoever wants to look."""
        self._console.print("still up, under load: Ctrl-C ends it", highlight=False)
        told = asyncio.Event()
        with told_by_signal(told.set):
            await told.wait()


def silent_at_most_seconds(plan: Plan) -> float:
    """How long a living engine may write nothing into its journal."""
    return max(
        plan.ready_within_seconds,
        plan.drain_within_seconds,
        plan.lease_seconds,
        KEPT_MEASUREMENTS_APART * plan.every_seconds,
    )


@contextmanager
def told_by_signal(tell: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM call `tell`. For the engine that means: traffic to stable first, and then the end."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        loop.add_signal_handler(number, tell)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)  # which leaves SIGTERM to the system: it would leave all parts behind
            signal.signal(number, handler)
