"""In production, Prometheus has scraped stable for days. A rehearsal waits for what its gates compare with."""

import asyncio
import time

from rollout.errors import MetricsError, TooBusy
from rollout.gates.measure import Metrics, measure_all
from rollout.policy.placeholders import Values
from rollout.policy.plan import Plan
from rollout.rehearsal.pace import Pace
from rollout.report.steps import TOO_BUSY

WITHIN_SECONDS = 30.0
AGAIN_SECONDS = 0.05
"""Between two looks. Each is in a thread, but not the wait, so that Ctrl-C does not wait for the deadline."""


async def wait_for_metrics(
    prometheus: Metrics, stable: str, pace: Pace, within_seconds: float = WITHIN_SECONDS
) -> None:
    """Wait for stable's first metrics. Raises TooBusy if there are none in time."""
    deadline = time.monotonic() + within_seconds
    promql = f'sum(rate(agent_requests_total{{release="{stable}"}}[10s]))'
    while not await asyncio.to_thread(value, prometheus, promql):
        if time.monotonic() > deadline:
            raise TooBusy(
                f"{TOO_BUSY}: Prometheus had no metrics of the stable release within {within_seconds:g} s. "
                f"Try --speed {pace.speed / 2:g}"
            )
        await asyncio.sleep(AGAIN_SECONDS)


async def wait_for_samples(
    prometheus: Metrics, stable: str, plan: Plan, within_seconds: float = WITHIN_SECONDS
) -> None:
    """Wait until stable has the samples that the gates compare with. A first step of 100 % needs this: it leaves stable
    without requests. After the deadline, the gates say what is missing."""
    began = time.monotonic()
    gates = [gate for gate in plan.gates if gate.weighed and gate.weighed.times_stable is not None]
    while time.monotonic() < began + within_seconds:
        values = Values(stable, stable, plan.window_seconds, 0.0, elapsed_seconds=within_seconds)
        measured = await asyncio.to_thread(measure_all, gates, values, prometheus)
        if all((each.samples or 0) >= (gate.at_least or 0) for gate, each in zip(gates, measured, strict=True)):
            return
        await asyncio.sleep(AGAIN_SECONDS)


def value(prometheus: Metrics, promql: str) -> float:
    """The query's current value; 0 without one."""
    try:
        return prometheus.value(promql)
    except MetricsError:
        return 0.0
