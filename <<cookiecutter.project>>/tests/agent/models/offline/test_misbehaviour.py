"""Simulated faults, run by run."""

import asyncio
import time

import pytest
from pydantic_ai import ModelHTTPError

from agent.models.offline.faults import parse_faults
from agent.models.offline.misbehaviour import Misbehaviour


def outcomes(text: str, runs: int, seed: str = "seed") -> list[str]:
    """The name of the exception of each run, or "ok"."""
    misbehaviour = Misbehaviour(parse_faults(text), seed, "offline")

    async def scenario() -> list[str]:
        found = []
        for _ in range(runs):
            try:
                await misbehaviour.start_run()
                found.append("ok")
            except Exception as error:
                found.append(type(error).__name__)
        return found

    return asyncio.run(scenario())


def test_without_faults_nothing_happens() -> None:
    assert set(outcomes("", 100)) == {"ok"}


def test_a_share_of_the_runs_fails_with_a_model_error() -> None:
    assert outcomes("errors=0.2", 2000).count("ModelHTTPError") == pytest.approx(400, rel=0.15)


def test_a_share_of_the_runs_raises_the_named_exception() -> None:
    assert outcomes("exception=LookupError@0.05", 2000).count("LookupError") == pytest.approx(100, rel=0.3)


def test_a_share_of_the_runs_is_refused_by_the_models_api() -> None:
    misbehaviour = Misbehaviour(parse_faults("rate_limit=1"), "seed", "offline")
    with pytest.raises(ModelHTTPError) as caught:
        asyncio.run(misbehaviour.start_run())
    assert caught.value.status_code == 429
    assert outcomes("rate_limit=0.2", 2000).count("ModelRateLimitError") == pytest.approx(400, rel=0.15)


def test_a_fault_can_begin_later() -> None:
    now = [0.0]
    misbehaviour = Misbehaviour(parse_faults("after=10m,errors=1"), "seed", "offline", lambda: now[0])

    async def scenario() -> None:
        now[0] = 599
        await misbehaviour.start_run()
        now[0] = 600
        with pytest.raises(ModelHTTPError):
            await misbehaviour.start_run()

    asyncio.run(scenario())


def test_the_same_seed_fails_in_the_same_runs() -> None:
    assert outcomes("errors=0.5", 50) == outcomes("errors=0.5", 50)
    assert outcomes("errors=0.5", 50) != outcomes("errors=0.5", 50, seed="other")


def test_one_fault_does_not_change_the_runs_of_another() -> None:
    alone = [outcome == "ModelHTTPError" for outcome in outcomes("errors=0.3", 100)]
    together = [
        outcome == "ModelHTTPError" for outcome in outcomes("errors=0.3,exception=KeyError@0.3,latency=1ms", 100)
    ]
    assert alone == together


def test_latency_delays_a_failing_run_too() -> None:
    misbehaviour = Misbehaviour(parse_faults("latency=50ms,errors=1"), "seed", "offline")
    started = time.monotonic()
    with pytest.raises(ModelHTTPError):
        asyncio.run(misbehaviour.start_run())
    assert time.monotonic() - started >= 0.05


def test_a_run_that_hangs_waits_until_it_is_cancelled() -> None:
    misbehaviour = Misbehaviour(parse_faults("hang=1"), "seed", "offline")

    async def scenario() -> None:
        await asyncio.wait_for(misbehaviour.start_run(), 0.05)

    with pytest.raises(TimeoutError):
        asyncio.run(scenario())
