"""The canary of a stage and the real engine that judges it, for a rehearsal or a replay."""

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from rollout import journal
from rollout.engine.record import KEPT_MEASUREMENTS_APART
from rollout.engine.spec import Spec
from rollout.errors import PartFailed, Refused
from rollout.journal import Entry
from rollout.journal.state import State
from rollout.onhost import author
from rollout.policy.plan import Plan
from rollout.rehearsal.process import Process, wait_until
from rollout.rehearsal.stage import Stage

HANGS_SECONDS = 15.0
"""An engine that is silent for this much longer than allowed hangs. By then the router has restored stable."""


async def start_canary(stage: Stage, release: str, environment: Mapping[str, str], module: str = "agent") -> Process:
    """Start the release in green. Raises Refused if it does not start with these settings."""
    canary = stage.start_release("green", release, environment, module)
    try:
        # in a thread, so that the load continues
        await asyncio.to_thread(wait_until, lambda: stage.router.health("green").up, "ready", 5, [canary])
    except PartFailed as error:
        if canary.exit_code() == 2:  # it refused its settings: the fault's name is wrong
            raise Refused(canary.last_lines(20)) from error
        # the engine judges a canary that is late, unhealthy or dead
    return canary


def spec_on(
    stage: Stage,
    state: State,
    rollout: str,
    release: str,
    stable: str,
    policy: str,
    *,
    first_weight: float = 0.0,
    hold_seconds: float | None = None,
    keep_seconds: float | None = None,
) -> Spec:
    """The rollout of `release` in green over `stable` in blue. `policy` is the text of rollout.yaml; the seconds are in
    its time."""
    return Spec(
        rollout=rollout,
        release=release,
        stable=stable,
        stable_slot="blue",
        by=author.name(),
        target="local",
        policy=policy,
        prometheus=stage.prometheus.url,
        router_socket=str(stage.router_socket),
        router_folder=str(stage.router_folder),
        state=str(state.folder),
        speed=stage.speed,
        first_weight=first_weight,
        hold_at_most_seconds=hold_seconds,
        keep_at_most_seconds=keep_seconds,
    )


def start_engine(stage: Stage, spec: Spec) -> Process:
    path = stage.folder / "spec.json"
    path.write_text(spec.text(), encoding="utf-8")
    return stage.start("engine", (sys.executable, "-m", "rollout.onhost", "engine", str(path)))


async def follow(
    engine: Process,
    book: Path,
    plan: Plan,
    see: Callable[[Entry], None] | None = None,
    look: Callable[[], None] | None = None,
) -> None:
    """Give `see` the journal's entries until the engine ends, and call `look` at each turn; kill an engine that
    hangs."""
    tail, heard_at = journal.Tail(book), time.monotonic()
    while True:
        ended = engine.exit_code() is not None
        for _, entry in tail.new():
            if see:
                see(entry)
            heard_at = time.monotonic()
        if look:
            look()
        if ended:
            return
        if time.monotonic() - heard_at > silent_at_most_seconds(plan) + HANGS_SECONDS:
            await asyncio.to_thread(engine.stop)
        await asyncio.sleep(0.1)


def silent_at_most_seconds(plan: Plan) -> float:
    """How long a running engine may write nothing to its journal."""
    return max(
        plan.ready_within_seconds,
        plan.drain_within_seconds,
        plan.lease_seconds,
        plan.evals.within_seconds if plan.evals else 0.0,
        KEPT_MEASUREMENTS_APART * plan.every_seconds,
    )
