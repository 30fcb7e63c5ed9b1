"""500 requests/s of good traffic beside one hostile client of each kind: how many requests are lost, and how much later
are the others answered?"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.figure import Figure, quantile
from bench.hostile import KINDS
from rollout.policy import file as policy_file
from rollout.policy.plan import plan
from rollout.rehearsal.load import Load
from rollout.rehearsal.machine import Machine
from rollout.rehearsal.parts import find_programs
from rollout.rehearsal.programs import PARTS
from rollout.rehearsal.stage import Stage

REQUESTS_PER_SECOND = 500.0
SECONDS = float(os.environ.get("BENCH_LIMITS_SECONDS", "20"))
"""Of good traffic without a hostile client, and again with one."""

GOAL_RATIO = 2.0
RELEASE = "light-blue"


@dataclass(frozen=True)
class Served:
    """`lost` has no answer, or a 5xx; `p99_seconds` is of all answers."""

    sent: int
    lost: int
    p99_seconds: float


def measure(repository: Path) -> list[Figure]:
    programs = find_programs(PARTS, Machine())
    lease_seconds = plan(policy_file.load(repository / "rollout.yaml"), 1.0).lease_seconds
    with Stage(repository, programs, 1.0, lease_seconds) as stage:
        (stage.router_folder / "trusted.lst").write_text("127.0.0.1\n", encoding="utf-8")  # a gateway of good clients
        stage.start_router()
        stage.start_release("blue", RELEASE, {"ERROR_RATIO": "0"}, "bench.light_release")
        stage.wait_for("blue", up=True)
        return [figure for kind in KINDS for figure in figures(stage, kind)]


def figures(stage: Stage, kind: str) -> list[Figure]:
    """Without the hostile client, then with it: the machine is the same within a minute."""
    alone = asyncio.run(serve(stage))
    hostile = stage.start(
        f"hostile-{kind.replace(' ', '-')}", (sys.executable, "-m", "bench.hostile", kind, str(stage.port))
    )
    try:
        time.sleep(2)
        beside = asyncio.run(serve(stage))
        hostile.check()
    finally:
        hostile.stop()
    return [
        Figure(f"{kind}: good requests sent", beside.sent, "count"),
        Figure(f"{kind}: good requests lost", beside.lost, "count", 0),
        Figure(f"{kind}: p99 without", alone.p99_seconds, "s"),
        Figure(f"{kind}: p99 beside it", beside.p99_seconds / alone.p99_seconds, "x without", GOAL_RATIO),
    ]


async def serve(stage: Stage) -> Served:
    async with Load(stage.url, ["x"], REQUESTS_PER_SECOND, timeout_seconds=10) as load:
        await asyncio.sleep(SECONDS)
        counts = await load.stop()
        bad = counts.sent - sum(each.answered - each.errors for each in counts.releases.values())
        return Served(counts.sent, bad, quantile(load.seconds(RELEASE), 0.99))
