"""How many runs go on at once."""

import asyncio
import time
from collections.abc import Callable

import pytest

from agent.errors import OverloadedError
from agent.metrics import Metrics
from agent.run import Admission, AdmissionLimits


class Runs:
    """Runs that hold their slots until the test ends them."""

    def __init__(self, running: int, queued: int, wait_seconds: float = 10) -> None:
        self.metrics = Metrics([])
        self.admission = Admission(AdmissionLimits(running, queued, wait_seconds), self.metrics)
        self.end = asyncio.Event()
        self.admitted: list[int] = []

    async def run(self, number: int, within_seconds: float = 10) -> str:
        try:
            async with self.admission.slot(within_seconds):
                self.admitted.append(number)
                await self.end.wait()
        except OverloadedError:
            return "refused"
        return "answered"

    def value(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


async def until(condition: Callable[[], bool]) -> None:
    """Let the other tasks go on until a condition holds."""
    for _ in range(10_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("the tasks went on, and the condition still does not hold")


def test_what_is_past_the_queue_is_refused_at_once_and_all_others_are_answered_in_order() -> None:
    async def scenario() -> None:
        runs = Runs(running=2, queued=3)
        tasks = [asyncio.create_task(runs.run(number)) for number in range(8)]
        await until(lambda: all(task.done() for task in tasks[5:]))
        assert runs.admitted == [0, 1]
        assert runs.value("agent_queue_depth") == 3
        assert [task.done() for task in tasks] == [False] * 5 + [True] * 3
        runs.end.set()
        assert await asyncio.gather(*tasks) == ["answered"] * 5 + ["refused"] * 3
        assert runs.admitted == [0, 1, 2, 3, 4]
        assert runs.value("agent_queue_depth") == 0
        assert runs.value("agent_refused_runs_total", reason="queue_full") == 3

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("wait_seconds", "within_seconds"), [(0.05, 10), (10, 0.05)], ids=["the limit", "the deadline"]
)
def test_a_wait_ends(wait_seconds: float, within_seconds: float) -> None:
    async def scenario() -> None:
        runs = Runs(running=1, queued=1, wait_seconds=wait_seconds)
        first = asyncio.create_task(runs.run(0))
        await until(lambda: runs.admitted == [0])
        assert await runs.run(1, within_seconds) == "refused"
        assert runs.value("agent_refused_runs_total", reason="waited") == 1
        assert runs.value("agent_queue_depth") == 0
        runs.end.set()
        assert await first == "answered"

    asyncio.run(scenario())


def test_who_leaves_the_queue_or_is_cancelled_in_a_run_takes_no_slot_along() -> None:
    async def scenario() -> None:
        runs = Runs(running=1, queued=5)
        tasks = [asyncio.create_task(runs.run(number)) for number in range(4)]
        await until(lambda: runs.value("agent_queue_depth") == 3)
        for number in (0, 1, 2):
            tasks[number].cancel()
        await until(lambda: len(runs.admitted) == 2)
        assert runs.admitted == [0, 3]
        assert runs.value("agent_queue_depth") == 0
        runs.end.set()
        assert await tasks[3] == "answered"

    asyncio.run(scenario())


def test_a_refusal_takes_no_time_whatever_is_going_on() -> None:
    async def scenario() -> float:
        runs = Runs(running=100, queued=100)
        tasks = [asyncio.create_task(runs.run(number)) for number in range(200)]
        await until(lambda: runs.value("agent_queue_depth") == 100)
        before = time.process_time()
        for number in range(1_000):
            assert await asyncio.wait_for(runs.run(number), 5) == "refused"  # and not after a wait, of 10 s
        seconds = time.process_time() - before
        runs.end.set()
        await asyncio.gather(*tasks)
        return seconds / 1_000

    assert asyncio.run(scenario()) < 0.005
