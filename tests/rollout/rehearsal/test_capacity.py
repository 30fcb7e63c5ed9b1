"""What this machine's capacity is measured with: only good answers in time count."""

import asyncio

import pytest
from aiohttp import web

from rollout.rehearsal import capacity
from rollout.rehearsal.process import free_port

AFTER_SECONDS = 0.05


def answered_per_second(status: int, after_seconds: float, in_time_seconds: float) -> float:
    """The capacity of a service that answers like this."""

    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(after_seconds)
        return web.Response(status=status)

    async def measured() -> float:
        app, port = web.Application(), free_port()
        app.router.add_post("/agent/run", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            return await capacity.requests_per_second(f"http://127.0.0.1:{port}", ["a task"], in_time_seconds)
        finally:
            await runner.cleanup()

    return asyncio.run(measured())


@pytest.mark.parametrize("after_seconds", [AFTER_SECONDS, 0.2], ids=["enough answers", "the time is over"])
def test_it_is_the_answers_a_second(after_seconds: float) -> None:
    most = capacity.AT_ONCE / after_seconds
    assert most / 3 < answered_per_second(200, after_seconds, 5.0) < most * 1.1  # a busy machine answers fewer


@pytest.mark.parametrize(("status", "in_time_seconds"), [(500, 5.0), (200, AFTER_SECONDS / 2)])
def test_what_is_no_answer_in_time_does_not_count(status: int, in_time_seconds: float) -> None:
    assert answered_per_second(status, AFTER_SECONDS, in_time_seconds) == 0
