"""Replays an incident: the real service with the real router and Prometheus, with every duration divided by a speed."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from rollout.rehearsal.load import Answer, Load
from rollout.rehearsal.programs import Program
from rollout.rehearsal.stage import Stage
from rollout.replay import timeline
from rollout.replay.incident import MANAGED, STABLE, Incident, Phase, is_solved, question
from rollout.replay.outcome import Outcome, outcome
from rollout.replay.timeline import Timeline

LEASE_SECONDS = 60.0
SCRAPE_SECONDS = 5.0
MANAGED_REQUESTS_PER_SECOND = 1.0
DEADLINE_SECONDS = 15.0
"""Not divided by the speed: a busy machine answers late, which is no part of the incident."""

LAST_SCRAPES = 4
"""After the last request, until its alerts are stored."""

FULLEST = f'max(release:agent_context_utilization:max10m{{release="{STABLE}"}})'


def replay(
    incident: Incident, repository: Path, programs: Mapping[str, Program], speed: float, console: Console
) -> Outcome:
    """Run it on a stage of its own, which leaves nothing behind."""
    with Stage(repository, programs, speed, LEASE_SECONDS) as stage:
        return asyncio.run(Replay(incident, stage, console).run())


class Replay:
    """A running replay. The service is behind the router; the one with the remedy gets such requests directly."""

    def __init__(self, incident: Incident, stage: Stage, console: Console) -> None:
        self._incident, self._stage, self._console = incident, stage, console
        self._answers: dict[str, list[Answer]] = {STABLE: [], MANAGED: []}

    async def run(self) -> Outcome:
        await asyncio.to_thread(self._start)
        began, managed = time.time(), f"http://127.0.0.1:{self._stage.release_ports['green']}"
        for phase in self._incident.phases:
            self._console.print(told(phase), highlight=False, soft_wrap=True)
            await asyncio.gather(
                self._ask(STABLE, self._stage.url, phase),
                self._ask(MANAGED, managed, replace(phase, requests_per_second=MANAGED_REQUESTS_PER_SECOND)),
            )
        every = SCRAPE_SECONDS / self._stage.speed
        await asyncio.sleep(LAST_SCRAPES * every)
        url, ended = self._stage.prometheus.url, time.time()
        seen = await asyncio.to_thread(Timeline.ask, url, began, ended, every)
        fullest = await asyncio.to_thread(timeline.signal, url, FULLEST, began, ended, 4 * every)
        return outcome(self._incident, began, self._stage.speed, seen.fired, self._answers, fullest)

    def _start(self) -> None:
        self._stage.start_router()
        model = {"AGENT_MODEL": self._incident.model, "AGENT_DEADLINE_SECONDS": str(DEADLINE_SECONDS)}
        service = self._stage.start_release("blue", STABLE, {**model, **self._incident.settings})
        managed = self._stage.start_release("green", MANAGED, {**model, **self._incident.remedy})
        self._stage.start_prometheus()
        self._stage.wait_for("blue", up=True, alive=service)
        self._stage.wait_for("green", up=True, alive=managed)

    async def _ask(self, release: str, url: str, phase: Phase) -> None:
        """The load of a phase. Its rate is not divided, so a window of the alerts sees fewer requests, by the speed."""
        tasks = [question(words) for words in phase.words]
        async with Load(url, tasks, phase.requests_per_second, is_right=is_right) as load:
            await asyncio.sleep(phase.minutes * 60 / self._stage.speed)
            await load.stop()
        self._answers[release] += load.answers()


def is_right(asked: bytes, answered: bytes) -> bool:
    """Whether the service has solved the task."""
    return is_solved(json.loads(asked)["task"], json.loads(answered)["answer"])


def told(phase: Phase) -> str:
    words: Sequence[int] = phase.words
    return (
        f"{phase.minutes:g} minutes: texts of {words[0]} to {words[-1]} words, {phase.requests_per_second:g} requests/s"
    )
