"""Replays an incident: the real service, router, Prometheus and engine, with every duration divided by a speed."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from rollout import journal
from rollout.errors import PartFailed, TooBusy
from rollout.journal.state import State, new_rollout
from rollout.policy import file as policy_file
from rollout.policy.plan import plan
from rollout.rehearsal.answer import Answer
from rollout.rehearsal.engine import follow, spec_on, start_canary, start_engine
from rollout.rehearsal.load import Load
from rollout.rehearsal.programs import Program
from rollout.rehearsal.stage import PATIENCE_SECONDS, Stage
from rollout.replay import timeline
from rollout.replay.incident import CANDIDATE, MANAGED, STABLE, Incident, Phase, Rollout, Service
from rollout.replay.outcome import Outcome, Time, outcome, too_busy
from rollout.replay.timeline import Timeline
from rollout.replay.told import Told, told
from rollout.text import Say

SCRAPE_SECONDS = 5.0
MANAGED_REQUESTS_PER_SECOND = 0.05
SHORTEST_DEADLINE_SECONDS = 15.0
"""At any speed: a busy machine answers late, which is no part of the incident."""

TOOL_TIMEOUT_SECONDS = 30.0
"""The default of the service's setting, which is divided by the speed."""

ANNOUNCED_SECONDS = 3.0
"""Prometheus takes up to 5 s to know a new target, and the candidate some to start."""

LAST_SCRAPES = 4
"""After the last request, until its alerts are stored."""


async def replay_all(
    incidents: Sequence[Incident],
    policy: Path,
    programs: Mapping[str, Program],
    speed: float,
    say: Say,
    at_once: int,
    done: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Run each on a stage of its own, which leaves nothing behind; so many beside each other: they mostly wait. `done`
    gets each as soon as it is over. Raises TooBusy, after all, for those that this machine was too busy for."""
    places, busy = asyncio.Semaphore(at_once), list[str]()

    async def one(incident: Incident) -> Outcome | None:
        async with places:
            found = await replay(incident, policy, programs, speed, say)
        if why := too_busy(found):
            busy.append(f"{incident.name}: {why}")
            return None
        if done:
            done(found)
        return found

    tasks = [asyncio.create_task(one(each)) for each in incidents]
    try:
        found = await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # each ends its stage
        raise
    if busy:
        raise TooBusy(f"this machine is too busy for a replay, so nothing was written of: {'; '.join(busy)}")
    return [each for each in found if each]


async def replay(incident: Incident, policy: Path, programs: Mapping[str, Program], speed: float, say: Say) -> Outcome:
    """`policy` is the rollout.yaml in the repository's folder. An alert's `for` is as short as all other durations."""
    lease_seconds = plan(policy_file.load(policy), speed).lease_seconds
    with Stage(policy.parent, programs, speed, lease_seconds, shortest_for_seconds=0.0) as stage:
        try:
            return await Replay(incident, stage, policy, say).run()
        finally:
            await asyncio.to_thread(stage.end)  # the load of other replays goes on


class Replay:
    """A running replay. The service is behind the router; the one with the remedy gets such requests directly, and
    Prometheus knows nothing of it."""

    def __init__(self, incident: Incident, stage: Stage, policy: Path, say: Say) -> None:
        self._incident, self._stage, self._policy, self._say = incident, stage, policy, say
        self._state = State(stage.folder / "state")
        self._rollout = new_rollout(incident.name)
        self._answers: dict[str, list[Answer]] = {STABLE: [], MANAGED: []}

    async def run(self) -> Outcome:
        await asyncio.to_thread(self._start)
        began = time.time()
        self._zero = began + self._real_seconds(self._incident.calm_minutes)
        rollout = asyncio.create_task(self._roll_out(self._incident.rollout)) if self._incident.rollout else None
        try:
            await self._send_all()
            every = SCRAPE_SECONDS / self._stage.speed
            await asyncio.sleep(LAST_SCRAPES * every)
            return await asyncio.to_thread(self._outcome, began, every)
        finally:
            if rollout:
                await ended(rollout)

    def _start(self) -> None:
        self._stage.start_router()
        self._stage.start_prometheus()
        if remedy := self._incident.remedy:
            self._stage.start_release(
                "green", MANAGED, self._environment(remedy.service), remedy.service.module, is_scraped=False
            )
            self._stage.wait_for("green", up=True)
        ours = self._incident.service
        service = self._stage.start_release("blue", STABLE, self._environment(ours), ours.module)
        self._stage.wait_for("blue", up=True, alive=service)

    def _environment(self, service: Service) -> dict[str, str]:
        return {
            "AGENT_DEADLINE_SECONDS": f"{self._deadline_seconds}",
            "AGENT_TOOL_TIMEOUT_SECONDS": f"{TOOL_TIMEOUT_SECONDS / self._stage.speed}",
            **service.environment(self._stage.speed),
        }

    @property
    def _deadline_seconds(self) -> float:
        return max(SHORTEST_DEADLINE_SECONDS, self._stage.deadline_seconds)

    def _real_seconds(self, minutes: float) -> float:
        return minutes * 60 / self._stage.speed

    async def _send_all(self) -> None:
        """A phase's last answers come while the next one has begun."""
        managed = f"http://127.0.0.1:{self._stage.release_ports['green']}"
        async with asyncio.TaskGroup() as loads:
            for phase in self._incident.phases:
                self._say(
                    f"{self._incident.name}: {phase.minutes:g} minutes at {phase.requests_per_second:g} requests/s"
                )
                speed = self._stage.speed
                loads.create_task(self._ask(STABLE, self._stage.url, phase, phase.requests_per_second * speed))
                if self._incident.remedy:
                    loads.create_task(self._ask(MANAGED, managed, phase, MANAGED_REQUESTS_PER_SECOND * speed))
                await asyncio.sleep(self._real_seconds(phase.minutes))

    async def _ask(self, release: str, url: str, phase: Phase, requests_per_second: float) -> None:
        """The load of a phase, at this many requests per second."""
        is_right = self._incident.harm.is_right
        timeout_seconds = self._deadline_seconds + PATIENCE_SECONDS
        async with Load(
            url, phase.tasks, requests_per_second, timeout_seconds=timeout_seconds, is_right=is_right
        ) as load:
            await asyncio.sleep(self._real_seconds(phase.minutes))
            await load.stop()
        self._answers[release] += load.answers()

    async def _roll_out(self, wanted: Rollout) -> None:
        """Bring the candidate, and say what the engine does with it until it ends or the replay does."""
        await asyncio.sleep(max(0.0, self._real_seconds(wanted.at_minute) - ANNOUNCED_SECONDS))
        self._stage.announce("green", CANDIDATE)
        await asyncio.sleep(ANNOUNCED_SECONDS)
        candidate, text = wanted.candidate, self._policy.read_text(encoding="utf-8")
        await start_canary(self._stage, CANDIDATE, self._environment(candidate), candidate.module)
        if wanted.good_for_minutes:
            self._zero = time.time() + self._real_seconds(wanted.good_for_minutes)
        spec = spec_on(
            self._stage, self._state, self._rollout, CANDIDATE, STABLE, text, first_weight=wanted.first_weight
        )
        planned = plan(policy_file.load(self._policy), self._stage.speed)
        book = self._state.journal(self._rollout)
        engine = start_engine(self._stage, spec)
        await follow(engine, book, planned)
        if not book.exists():  # it refused to begin
            raise PartFailed(f"{self._incident.name}: {engine.last_lines()}")

    def _outcome(self, began: float, every: float) -> Outcome:
        url, until = self._stage.prometheus.url, time.time()
        seen = Timeline.ask(url, began, until, every)
        line = self._incident.line
        shown = timeline.signal(url, line.promql, began, until, 4 * every) if line else ()
        zero = Time(self._zero, self._stage.speed)
        return outcome(self._incident, zero, began, until, seen.fired, self._answers, shown, self._told())

    def _told(self) -> Told | None:
        book = self._state.journal(self._rollout)
        return told(journal.read(book)) if book.exists() else None


async def ended(rollout: "asyncio.Task[None]") -> None:
    """The stage ends the engine. Raises what has failed before."""
    rollout.cancel()
    with suppress(asyncio.CancelledError):
        await rollout
