"""A run as a stream of events."""

import asyncio
import http.client
import json
from collections.abc import AsyncGenerator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from pydantic_ai import ModelMessage, ModelResponse, ModelSettings
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.function import AgentInfo
from starlette.testclient import TestClient
from starlette.types import Message

from agent.api.relay import events_of
from agent.api.streaming import EventStream
from agent.errors import DeadlineError
from agent.metrics import Metrics
from agent.models.offline.faults import Faults
from agent.models.offline.model import OfflineModel
from agent.run import Runner, RunRequest, build_agent
from tests.agent.admitting import unlimited
from tests.agent.conftest import Serve, Start
from tests.agent.samples import samples
from tests.agent.sse import Sent, events
from tests.waiting import wait_until

TASK = {"task": "Look up the price of the desk lamp, then multiply that by 3."}


def stream(client: TestClient, body: object = TASK) -> list[Sent]:
    response = client.post("/agent/stream", json=body)
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    return events(response.text)


def test_a_stream_sends_tools_and_tokens_and_ends_with_usage_and_the_answer(serve: Serve) -> None:
    found = stream(serve(release="v9"))
    names = [event for event, _ in found]
    assert names[:4] == ["tool_call", "tool_result", "tool_call", "tool_result"]
    assert set(names[4:-2]) == {"token"}
    assert names[-2:] == ["usage", "done"]
    assert [data["tool"] for event, data in found if event == "tool_call"] == ["look_up", "calculate"]
    assert all(data["ok"] for event, data in found if event == "tool_result")
    done = found[-1].data
    assert done["answer"] == "".join(data["text"] for event, data in found if event == "token")
    assert (done["release"], done["usage"]) == ("v9", found[-2].data)


def test_the_answer_and_its_usage_are_those_of_a_run(client: TestClient) -> None:
    streamed, plain = stream(client)[-1].data, client.post("/agent/run", json=TASK).json()
    for answer in (streamed, plain):
        del answer["run_id"], answer["conversation_id"]
    assert streamed == plain


def test_a_stream_is_counted_as_a_run_is(client: TestClient) -> None:
    stream(client)
    found = samples(client)
    assert found["agent_requests_total", "200"] == found["agent_request_seconds_count", ""] == 1
    assert found["agent_runs_total", "answered"] == 1
    assert found["agent_tool_calls_total", "look_up"] == 1
    assert found["agent_cost_usd_total", ""] > 0


@pytest.mark.parametrize(
    ("model", "deadline_seconds", "status", "type_"),
    [
        ("offline:errors=1", 30, 502, "model-error"),
        ("offline:hang=1", 0.05, 504, "deadline"),
        ("offline:exception=LookupError@1", 30, 500, "internal"),
    ],
)
def test_what_fails_before_the_first_event_is_a_problem_with_its_status(
    serve: Serve, model: str, deadline_seconds: float, status: int, type_: str
) -> None:
    client = serve(model=model, deadline_seconds=deadline_seconds)
    response = client.post("/agent/stream", json=TASK)
    assert (response.status_code, response.json()["type"]) == (status, f"urn:problem-type:agent:{type_}")
    assert sum(value for (name, _), value in samples(client).items() if name == "agent_exceptions_total") == 1


def test_what_fails_later_is_an_event_and_never_a_silent_end(serve: Serve) -> None:
    client = serve(model="offline:tool_calls=60")
    last = stream(client)[-1]
    assert (last.event, last.data["type"]) == ("error", "urn:problem-type:agent:usage-limit")
    assert samples(client)["agent_runs_total", "usage_limit"] == 1


class HangsLater(OfflineModel):
    """Calls its first tool, and then never answers."""

    async def _answer(
        self, messages: list[ModelMessage], asked: AgentInfo | ModelRequestParameters, settings: ModelSettings | None
    ) -> ModelResponse:
        if len(messages) > 1:
            await asyncio.Event().wait()
        return await super()._answer(messages, asked, settings)


def hanging(deadline_seconds: float) -> tuple[Runner, Metrics]:
    metrics = Metrics([])
    agent = build_agent(HangsLater("offline", Faults()))
    return Runner(agent, None, metrics, deadline_seconds, unlimited(metrics)), metrics


def test_a_deadline_ends_a_stream_that_has_begun() -> None:
    runner, metrics = hanging(deadline_seconds=0.5)

    async def scenario() -> list[str]:
        events = events_of(runner, RunRequest(task=TASK["task"]))
        found = [type(await anext(events)).__name__ for _ in range(2)]
        with pytest.raises(DeadlineError):
            await anext(events)
        return found

    assert asyncio.run(scenario()) == ["ToolCall", "ToolResult"]
    assert metrics.registry.get_sample_value("agent_runs_total", {"outcome": "deadline"}) == 1


def test_closing_a_stream_cancels_its_run() -> None:
    runner, metrics = hanging(deadline_seconds=60)

    async def scenario() -> None:
        events = events_of(runner, RunRequest(task=TASK["task"]))
        await anext(events)
        await asyncio.wait_for(events.aclose(), 10)

    asyncio.run(scenario())
    assert metrics.registry.get_sample_value("agent_runs_total", {"outcome": "cancelled"}) == 1


class Unread:
    """A client that reads `most` messages of its response."""

    def __init__(self, most: int, leaves: bool) -> None:
        self._most, self._leaves = most, leaves

    async def receive(self) -> Message:
        if not self._leaves:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(self, _message: Message) -> None:
        self._most -= 1
        if self._most < 0:
            await asyncio.Event().wait()


async def endless(closed: asyncio.Event) -> AsyncGenerator[bytes]:
    try:
        while True:
            yield b"event"
    finally:
        closed.set()


async def each_of(events: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async for event in events:
        yield event


@pytest.mark.parametrize("leaves", [True, False], ids=["and leaves", "and stays"])
@pytest.mark.parametrize("most", [0, 1, 2], ids=["nothing", "the beginning", "an event"])
def test_a_client_that_does_not_read_can_t_keep_a_run(leaves: bool, most: int) -> None:
    async def scenario() -> bool:
        client, closed = Unread(most, leaves), asyncio.Event()
        events = endless(closed)
        stream = EventStream(await anext(events), each_of(events), events, within_seconds=0.1)
        with suppress(TimeoutError):
            await stream({"type": "http"}, client.receive, client.send)
        return closed.is_set()

    assert asyncio.run(asyncio.wait_for(scenario(), 10))


def test_a_wrong_request_is_422_and_no_stream(client: TestClient) -> None:
    assert client.post("/agent/stream", json={}).status_code == 422


def test_a_client_that_leaves_in_the_middle_ends_its_run_where_the_setting_says_so(start: Start) -> None:
    service = start(AGENT_MODEL="offline:tool_calls=49", AGENT_CANCEL_ON_DISCONNECT="true")
    connection = http.client.HTTPConnection(urlsplit(service.url()).netloc)
    connection.request(
        "POST", "/agent/stream", json.dumps({"task": "word " * 3_900}), {"content-type": "application/json"}
    )
    assert connection.getresponse().readline() == b"event: tool_call\n"
    connection.close()
    wait_until(lambda: "agent_requests_in_flight 0.0" in service.get("/metrics"))
    ended = [line for line in service.get("/metrics").splitlines() if line.startswith("agent_runs_total")]
    assert sum(float(line.split()[-1]) for line in ended) == 1
    assert "Traceback" not in service.output()
