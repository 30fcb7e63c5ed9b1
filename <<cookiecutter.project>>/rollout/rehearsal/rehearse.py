"""One rehearsal: the real engine and real parts, with real requests, and a good or a bad release."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from rich.console import Console

from rollout import journal
from rollout.errors import TooBusy
from rollout.gates import preflight
from rollout.gates.measure import measure_all, with_baselines
from rollout.grafana import files as dashboards
from rollout.journal.state import new_rollout
from rollout.live.view import View, view_on
from rollout.onhost.engine_process import LEFT
from rollout.onhost.look import Look, look
from rollout.policy import file as policy_file
from rollout.policy.placeholders import Values
from rollout.policy.plan import Plan, plan, traffic_needed
from rollout.policy.schema import Policy
from rollout.rehearsal import baseline, busy, capacity, grafana
from rollout.rehearsal.dashboard import written
from rollout.rehearsal.ending import Result, end
from rollout.rehearsal.engine import follow, spec_on, start_canary, start_engine
from rollout.rehearsal.faults import offline_model
from rollout.rehearsal.load import Load, tasks_of
from rollout.rehearsal.pace import SLOWEST, Capacity, Demand, Pace, calmer, fit, warnings, whole
from rollout.rehearsal.process import Process
from rollout.rehearsal.programs import Program
from rollout.rehearsal.request import RehearsalRequest
from rollout.rehearsal.stage import Stage
from rollout.report.steps import TOO_BUSY

STABLE = "rehearsal-stable"
ATTEMPTS = 4
NEARLY = 0.95
"""A measured pace above this share of the stage's speed is good enough: the stage is not set up again."""

FOR_CERTAIN = 0.8
"""A stage that is set up again uses this share of the possible speed, so that once is enough."""

ENGINE_ENDS = {0, 1, 2, 3, LEFT}
AFTER_THE_END_SECONDS = 1.0
"""The load continues this long after the end, to check that no more requests reach the canary; after the engine's death
at least until its lease expires."""

SEEN_AFTERWARDS_SECONDS = 3.0
"""After a rollback, stable gets all the load for at least this long, to check that it can handle it."""


class Slower(Exception):
    """The stage is set up for a pace that this machine cannot sustain."""

    def __init__(self, pace: Pace, answers: float) -> None:
        """`answers`: the requests/s that the machine answers, which the next stage need not measure."""
        super().__init__(str(pace))
        self.pace, self.answers = pace, answers


def rehearse(request: RehearsalRequest, programs: Mapping[str, Program], console: Console) -> Result:
    """Run a rehearsal and write its report, as fast as this machine can; retry at a slower pace if the machine gets
    busy. Raises Refused if it cannot be rehearsed, and TooBusy if no pace is slow enough. Leaves nothing behind."""
    policy = policy_file.load(request.policy)
    pace, answers, result = request.pace.first(), None, None
    for _ in range(ATTEMPTS):
        wanted = plan(policy, pace.speed)
        with Stage(request.repository, programs, pace.speed, wanted.lease_seconds) as stage:
            try:
                seen = "grafana" in programs
                rehearsal = Rehearsal(request, policy, wanted, stage, pace, console, seen, answers)
                result = asyncio.run(rehearsal.run())
            except Slower as slower:
                pace, answers = slower.pace, slower.answers
                continue
        slower_pace = calmer(request.pace, pace)
        if not result.too_busy or slower_pace is None or request.keep_going:
            return result
        pace, answers = slower_pace, None
        console.print(f"this machine got busy: {result.too_busy}. Retrying at {pace}", highlight=False, soft_wrap=True)
    if result:
        return result
    raise TooBusy(f"{TOO_BUSY}: it got slower during the measurement")


class Rehearsal:
    """A running rehearsal."""

    def __init__(
        self,
        request: RehearsalRequest,
        policy: Policy,
        wanted: Plan,
        stage: Stage,
        pace: Pace,
        console: Console,
        with_grafana: bool = False,
        answers: float | None = None,
    ) -> None:
        """`answers`: the requests/s that the machine answers, if that is known."""
        self._request, self._policy, self._plan, self._stage = request, policy, wanted, stage
        self._pace, self._answers, self._console, self._with_grafana = pace, answers, console, with_grafana
        self._addresses = [f"service {stage.url}", f"Prometheus {stage.prometheus.url}"]
        first = plan(policy, first_weight=request.first_weight)
        self._demand = Demand(traffic_needed(first), first.every_seconds)
        self._tasks = tasks_of(request.repository)
        self._rollout = new_rollout(request.faults or "good")
        self._journal = request.state.journal(self._rollout)

    async def run(self) -> Result:
        async with written(self._look, self._request.dashboard) as page:
            result = await self._run()
            page.over = not result.too_busy  # a busy machine's rehearsal starts again
            return result

    def _look(self, _: str | None, first: int) -> Look:
        return look(self._request.state, self._journal, first, self._stage.prometheus.url)

    async def _run(self) -> Result:
        self._start_parts()
        has = Capacity(self._answers or await self._measure())
        async with self._load(self._fitting(has).requests_per_second) as load:
            await baseline.wait_for_metrics(self._stage.prometheus, STABLE, self._pace)
            self._check_policy()
            self._settle(replace(has, round_seconds=await asyncio.to_thread(self._round_seconds)))
            if self._request.first_weight == 1:
                await baseline.wait_for_samples(self._stage.prometheus, STABLE, self._plan)
            slow_before_seconds = busy.slow(load.seconds(STABLE))
            await self._start_canary()
            engine = self._start_engine()
            with view_on(self._console) as view, on_signal(lambda: engine.send(signal.SIGTERM)):
                await self._follow(engine, view, load)
            why = await self._see_afterwards(engine, load, slow_before_seconds)
            if self._request.keep_going:
                await self._stay_up()
            counts = await load.stop()
        return end(engine, self._journal, self._request.state, counts, self._stage.router_log, why)

    def _start_parts(self) -> None:
        self._say(f"starting the stable release: {', '.join(self._addresses)}, logs {self._stage.folder}")
        self._stage.start_router()
        self._stable = self._stage.start_release("blue", STABLE, {"AGENT_MODEL": "offline"})
        self._stage.announce("green", self._request.release)
        self._stage.start_prometheus()
        self._stage.wait_for("blue", up=True, alive=self._stable)
        self._stage.wait_for("green", up=False)
        if self._with_grafana:
            shown = dashboards.render(self._policy, self._pace.speed)
            self._addresses += grafana.beside(self._stage, shown, self._say)

    def _say(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True)

    def _load(self, requests_per_second: float) -> Load:
        return Load(
            self._stage.url,
            self._tasks,
            requests_per_second,
            timeout_seconds=self._stage.answer_within_seconds + 5,
        )

    async def _measure(self) -> float:
        return await capacity.requests_per_second(self._stage.url, self._tasks, self._stage.deadline_seconds / 4)

    def _fitting(self, has: Capacity) -> Pace:
        """The pace for this machine: at most that of the stage."""
        found = fit(self._request.pace, has, self._demand)
        if found is None:
            answers = f"it answers {has.requests_per_second:.0f} requests/s"
            raise TooBusy(f"{TOO_BUSY}: {answers}. Try again when this machine is less busy, or set --load and --speed")
        return Pace(min(found.requests_per_second, self._pace.requests_per_second), found.speed)

    def _settle(self, has: Capacity) -> None:
        """Continue at the stage's speed, or raise Slower."""
        found, stays = self._fitting(has), self._pace.speed
        slower = found.speed < stays * NEARLY
        pace = Pace(found.requests_per_second, max(SLOWEST, whole(found.speed * FOR_CERTAIN)) if slower else stays)
        if pace != self._pace:
            self._say(f"this machine answers {has.requests_per_second:.0f} requests/s: rehearsing at {pace}")
        if slower and pace.speed < stays:
            raise Slower(pace, has.requests_per_second)
        for line in warnings(self._request.pace, pace, has, self._demand):
            self._say(line)

    def _round_seconds(self) -> float:
        """Seconds to measure every gate once, as the engine does; the best of three."""
        values = Values.before_the_start(STABLE, STABLE, self._plan.window_seconds)
        times = []
        for _ in range(3):
            began = time.monotonic()
            measured = measure_all(self._plan.gates, values, self._stage.prometheus)
            with_baselines(self._plan.gates, measured, values, self._stage.prometheus)
            times.append(time.monotonic() - began)
        return min(times)

    def _check_policy(self) -> None:
        preflight.check(plan(self._policy).gates, self._request.release, STABLE, self._stage.prometheus)

    async def _start_canary(self) -> None:
        model = offline_model(self._request.faults, self._pace.speed)
        await start_canary(self._stage, self._request.release, {"AGENT_MODEL": model})

    def _start_engine(self) -> Process:
        spec = spec_on(
            self._stage,
            self._request.state,
            self._rollout,
            self._request.release,
            STABLE,
            self._request.policy.read_text(encoding="utf-8"),
            first_weight=self._request.first_weight,
            hold_seconds=self._request.hold_seconds,
            keep_seconds=self._request.keep_seconds,
        )
        return start_engine(self._stage, spec)

    async def _follow(self, engine: Process, view: View, load: Load) -> None:
        """Show the journal and the load until the engine ends."""
        await follow(engine, self._journal, self._plan, view.entry, lambda: view.counts(load.counts()))

    async def _see_afterwards(self, engine: Process, load: Load, slow_before_seconds: float) -> str | None:
        """Continue the load for a moment; returns why the machine may have caused a verdict against the release."""
        died = engine.exit_code() not in ENGINE_ENDS
        story = journal.story_of(journal.read(self._journal)) if self._journal.exists() else journal.Story()
        back = story.back  # restored or, if stable did not answer, unrestored
        seen_at = back.time + SEEN_AFTERWARDS_SECONDS if back else 0.0
        after_the_end = AFTER_THE_END_SECONDS + (self._plan.lease_seconds if died else 0)
        sent_before = load.counts().sent
        await asyncio.sleep(max(after_the_end, seen_at - time.time()))
        sent_now = load.counts().sent
        if died or back is None or self._stable.exit_code() is not None:
            return None
        after = load.seconds(STABLE, since=back.time)
        missed = baseline.value(self._stage.prometheus, f'1 - avg_over_time(up{{job="agent",release="{STABLE}"}}[1m])')
        sent = sent_now - sent_before
        stable = busy.Stable(slow_before_seconds, busy.slow(after), sent, len(after), load.held_up_seconds, missed)
        return busy.too_busy(story, stable)

    async def _stay_up(self) -> None:
        """Leave everything running, for inspection."""
        self._say(f"still running, under load: {', '.join(self._addresses)}")
        self._say("press Ctrl-C to stop")
        stop = asyncio.Event()
        with on_signal(stop.set):
            await stop.wait()


@contextmanager
def on_signal(act: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM call `act`. The engine then moves the traffic to stable and ends."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        loop.add_signal_handler(number, act)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)  # from now on SIGTERM would end us at once and leave all parts behind
            signal.signal(number, handler)
