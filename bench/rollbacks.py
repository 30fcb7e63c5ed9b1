"""(1) and (2): 100 rollbacks under 500 requests/s. How long after the verdict does the last request reach the canary,
and how many requests does the router lose?"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from bench.figure import Figure, quantile
from rollout import journal
from rollout.engine.spec import Spec
from rollout.errors import MetricsError
from rollout.journal.state import State
from rollout.live.counts import Counts
from rollout.metrics.prometheus import Prometheus
from rollout.policy import file as policy_file
from rollout.policy.plan import plan
from rollout.rehearsal import routed
from rollout.rehearsal.load import Load
from rollout.rehearsal.machine import Machine
from rollout.rehearsal.parts import find_programs
from rollout.rehearsal.process import wait_until
from rollout.rehearsal.programs import PARTS
from rollout.rehearsal.stage import Stage

ROLLBACKS, REQUESTS_PER_SECOND, SPEED, ERROR_RATIO = 100, 520.0, 60.0, 0.3
LIMIT_SECONDS = 0.050
WITHIN_SECONDS = 900.0


def measure(repository: Path) -> list[Figure]:
    programs = find_programs(PARTS, Machine())
    lease_seconds = plan(policy_file.load(repository / "rollout.yaml"), SPEED).lease_seconds
    with Stage(repository, programs, SPEED, lease_seconds) as stage:
        counts, waits, seconds = asyncio.run(roll_back(repository, stage))
    return [
        Figure("rollbacks under load", len(waits), "count"),
        Figure("load while rolling back", counts.sent / seconds, "requests/s"),
        Figure("verdict to last canary request, p50", quantile(waits, 0.5), "s", LIMIT_SECONDS),
        Figure("verdict to last canary request, p99", quantile(waits, 0.99), "s", LIMIT_SECONDS),
        Figure("verdict to last canary request, max", max(waits), "s"),
        Figure("requests sent", counts.sent, "count"),
        Figure("requests lost at the router", counts.lost, "count", 0),
    ]


async def roll_back(repository: Path, stage: Stage) -> tuple[Counts, list[float], float]:
    """The load's counts; seconds from each verdict to the canary's last request; seconds of load."""
    stage.start_router()
    stage.start_release("blue", "light-blue", {"ERROR_RATIO": "0"}, "bench.light_release")
    stage.start_release("green", "light-green", {"ERROR_RATIO": str(ERROR_RATIO)}, "bench.light_release")
    stage.start_prometheus()
    stage.wait_for("blue", up=True)
    stage.wait_for("green", up=True)
    loop = asyncio.get_running_loop()
    async with Load(stage.url, ["x"], REQUESTS_PER_SECOND, users=10_000) as load:
        began = loop.time()
        await asyncio.to_thread(wait_until, lambda: measured(stage.prometheus), "stable is measured", 30)
        state = State(stage.folder / "state")
        command = (sys.executable, "-m", "bench.rollouts", save_spec(repository, stage, state), str(ROLLBACKS))
        engine = stage.start("engine", command)
        if await asyncio.to_thread(engine.wait, WITHIN_SECONDS):
            raise SystemExit(engine.last_lines(20))
        counts = await load.stop()
        return counts, waits_after_verdicts(stage, state), loop.time() - began


def measured(prometheus: Prometheus) -> bool:
    """Whether both releases have been scraped a few times."""
    with suppress(MetricsError):
        return prometheus.value("count(changes(process_start_time_seconds[2s]) >= 0)") == 2
    return False


def save_spec(repository: Path, stage: Stage, state: State) -> str:
    spec = Spec(
        rollout="bench",
        release="light-green",
        stable="light-blue",
        stable_slot="blue",
        by="bench",
        target="local",
        policy=(repository / "rollout.yaml").read_text(encoding="utf-8"),
        prometheus=stage.prometheus.url,
        router_socket=str(stage.router_socket),
        router_folder=str(stage.router_folder),
        state=str(state.folder),
        speed=SPEED,
        first_weight=0.25,
    )
    path = stage.folder / "spec.json"
    path.write_text(spec.text(), encoding="utf-8")
    return str(path)


def waits_after_verdicts(stage: Stage, state: State) -> list[float]:
    """For each rollout: the last request that the router sent to green between the verdict and the end."""
    times: dict[str, list[float]] = defaultdict(list)
    for line in routed.lines(stage.router_log):
        times[line["slot"]].append(line["routed_us"] / 1e6)
    waits, since = [], 0.0
    for path in state.journals():
        story = journal.story_of(journal.read(path))
        verdict, ended = story.verdict, story.ended
        assert verdict  # noqa: S101  bench.rollouts stops if a rollout was not rolled back
        assert ended  # noqa: S101
        if not any(since < time <= verdict.time for time in times["green"]):
            raise SystemExit(f"{path.name}: the router's log has no request to the canary before the verdict")
        since = ended.time
        later = [time - verdict.time for time in times["green"] if verdict.time < time <= ended.time + 0.3]
        waits.append(max(later, default=0.0))
    return waits
