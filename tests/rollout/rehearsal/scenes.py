"""A router, a Prometheus and two releases, and the shipped gates measured on them. No engine."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from rollout.errors import MetricsError
from rollout.gates.judge import Measurement
from rollout.gates.measure import measure_all
from rollout.policy import file as policy_file
from rollout.policy.placeholders import Values
from rollout.policy.plan import plan
from rollout.rehearsal.parts import tool
from rollout.rehearsal.process import Process
from rollout.rehearsal.stage import Stage
from rollout.router.split import BUCKETS, Slot, Split
from tests.repository import REPOSITORY
from tests.rollout import policies
from tests.waiting import wait_until

SPEED, LEASE_SECONDS = 20.0, 60.0
NEW, OLD = "new", "old"
TASK = "What is 2+2?"
WITHIN_SECONDS = 120.0
AT_ONCE = 8
COUNTED_AFTER_SECONDS = 0.1
"""The router and a release count a request a moment after its answer."""


class Scene:
    """Two releases behind the router, with all traffic on the canary; `model` and `module` are the canary's."""

    def __init__(self, model: str = "offline", module: str = "agent", repository: Path = REPOSITORY) -> None:
        self._model, self._module = model, module
        programs = {name: tool(name) for name in ("haproxy", "prometheus")}
        self.stage = Stage(repository, programs, SPEED, LEASE_SECONDS)
        wanted = plan(policy_file.parse(policies.shipped(), "rollout.yaml"), SPEED)
        self._gates = {gate.name: gate for gate in wanted.gates}

    def __enter__(self) -> Self:
        self.stage.__enter__()
        try:
            self.stage.start_router()
            self.stage.start_prometheus()
            self.lies = self.stage.folder / "lies"
            self.lies.touch()
            # On a busy machine a run takes longer than this stage's deadline, which is no matter of these tests.
            patient = {"AGENT_DEADLINE_SECONDS": str(self.stage.answer_within_seconds - 1)}
            self.old = self.stage.start_release("blue", OLD, {**patient, "AGENT_MODEL": "offline"})
            extra = {**patient, "AGENT_MODEL": self._model, "LIES": str(self.lies)}
            self.new = self.stage.start_release("green", NEW, extra, module=self._module)
            self._wait()
        except BaseException:
            self.stage.close()
            raise
        self.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stage.__exit__(kind, error, trace)

    def _wait(self) -> None:
        wait_until(lambda: self._up("blue", self.old) and self._up("green", self.new), WITHIN_SECONDS)
        self.wait_for(f'count(up{{release="{NEW}"}} == 1)', 2)

    def all_on(self, slot: Slot) -> Split:
        """The split that sends everybody to a slot, for the duration of a scene."""
        until_ms = round((time.time() + LEASE_SECONDS) * 1000)
        return Split("blue", "green", BUCKETS if slot == "green" else 0, until_ms, "scene")

    def _up(self, slot: Slot, release: Process) -> bool:
        release.check()
        health = self.stage.router.health(slot)
        return health.up and health.check.startswith("L7OK")

    def value(self, promql: str) -> float | None:
        """The current value in Prometheus, or None."""
        try:
            return self.stage.prometheus.value(promql)
        except MetricsError:
            return None

    def wait_for(self, promql: str, value: float) -> None:
        wait_until(
            lambda: self.value(promql) == value,
            WITHIN_SECONDS,
            lambda: f"{promql} is {self.value(promql)}, not {value:g}",
        )

    def ask(self, *sent: tuple[str, str, str], headers: Mapping[str, str] | None = None) -> list[int]:
        """Send these requests (method, path, task), some in parallel. Returns their statuses once they are scraped."""
        statuses = asyncio.run(ask_all(self.stage.url, sent, headers or {}))
        self._wait_for_scrapes()
        return statuses

    def begin(self) -> None:
        """Forget what was: what is measured from now on begins here. All traffic is on the canary again."""
        self.stage.router.shift(self.all_on("green"))
        self._wait_for_scrapes()
        self.began = time.monotonic()
        self._wait_for_scrapes()

    def _wait_for_scrapes(self) -> None:
        """Wait until every target has been scraped once more."""
        counted_at = time.time() + COUNTED_AFTER_SECONDS
        oldest = 'min(timestamp(up{job=~"router|agent"}))'
        wait_until(lambda: (self.value(oldest) or 0) > counted_at, WITHIN_SECONDS, lambda: self.value(oldest))

    def measure(self, gate: str) -> Measurement:
        """One of the shipped gates, over all since `begin`."""
        asked = self._gates[gate]
        seconds = time.monotonic() - self.began
        if asked.weighed:
            asked = replace(asked, weighed=replace(asked.weighed, windows_seconds=(seconds,)))
        values = Values(NEW, OLD, seconds, 0.0, seconds)
        return measure_all([replace(asked, window_seconds=seconds)], values, self.stage.prometheus)[0]


async def ask_all(url: str, sent: Sequence[tuple[str, str, str]], headers: Mapping[str, str]) -> list[int]:
    """The statuses in the order of the requests."""
    at_once = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(headers={"content-type": "application/json", **headers}) as session:

        async def ask(method: str, path: str, task: str) -> int:
            body = json.dumps({"task": task}) if method == "POST" else None
            async with at_once, session.request(method, url + path, data=body) as response:
                await response.read()
                return response.status

        return await asyncio.gather(*(ask(*each) for each in sent))


def runs(count: int, task: str = TASK) -> list[tuple[str, str, str]]:
    return [("POST", "/agent/run", task)] * count


def probes(count: int, path: str = "/health") -> list[tuple[str, str, str]]:
    return [("GET", path, "")] * count


def rates(release: str, code: str) -> str:
    """PromQL: the answers with these codes that the router counted for a release."""
    return f'sum(haproxy_server_http_responses_total{{release="{release}",code="{code}"}})'
