"""A client that reads its stream slowly, or not at all, does not count against the release."""

import asyncio

import pytest
from pydantic_ai import ModelResponse, TextPart
from starlette.types import Message, Receive, Scope, Send

from agent.api.middleware import MeasureRequests
from agent.api.relay import MOST_WAITING, events_of
from agent.errors import SlowClientError
from agent.metrics import Metrics
from agent.models.offline.faults import Faults
from agent.models.offline.model import OfflineModel
from agent.run import Runner, RunRequest, Token, build_agent
from agent.run.outcome import outcome_of
from agent.run.progress import Progress
from tests.agent.admitting import unlimited
from tests.waiting import wait_until

DEADLINE_SECONDS = 1.0
REQUEST = RunRequest(task="x")


class Talks(OfflineModel):
    """Answers with more words than a queue of events holds."""

    async def _answer(self, *_: object) -> ModelResponse:
        return ModelResponse([TextPart("word " * 3 * MOST_WAITING)])


def test_a_run_whose_client_does_not_read_is_cancelled_and_its_stream_still_ends() -> None:
    metrics = Metrics([])
    runner = Runner(build_agent(Talks("offline", Faults())), None, metrics, DEADLINE_SECONDS, unlimited(metrics))

    async def scenario() -> None:
        events = events_of(runner, REQUEST)
        assert isinstance(await anext(events), Token)
        await asyncio.to_thread(wait_until, lambda: cancelled(metrics) == 1)
        with pytest.raises(SlowClientError):  # at once: the unread events are dropped, for the end to get through
            await anext(events)

    asyncio.run(scenario())


def cancelled(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value("agent_runs_total", {"outcome": "cancelled"})


def test_a_queue_that_is_full_for_a_moment_excuses_no_late_run() -> None:
    def outcome(waited_seconds: float) -> str:
        return outcome_of(Progress([], is_the_clients_deadline=False, waited_seconds=waited_seconds).late(100), [])

    assert [outcome(seconds) for seconds in (0, 0.9, 1.1)] == ["deadline", "deadline", "cancelled"]


def test_the_time_in_which_a_client_reads_is_no_latency() -> None:
    metrics, now = Metrics([]), [0.0]

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        now[0] += 2
        await send({"type": "http.response.start", "status": 200})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"event", "more_body": True})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(_message: Message) -> None:
        now[0] += 100

    scope = {"type": "http", "method": "POST", "path": "/agent/stream"}
    asyncio.run(MeasureRequests(app, metrics, lambda: now[0])(scope, receive, send))
    assert metrics.registry.get_sample_value("agent_request_seconds_count") == 1
    assert metrics.registry.get_sample_value("agent_request_seconds_sum") == 2
