"""The limits of one run: model requests, tool calls, cost."""

import pytest

from tests.agent.conftest import Serve
from tests.agent.samples import samples
from tests.agent.sse import events

TASK = {"task": "What is 15 % of 240?"}
REQUEST_USD = 0.001
"""About what a request to the offline model costs."""

LIMITS: list[dict[str, float]] = [
    {"max_run_requests": 4},
    {"max_run_tool_calls": 4},
    {"max_run_cost_usd": 4 * REQUEST_USD},
]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: str(*limit))
def test_a_run_that_passes_a_limit_ends_with_its_problem(serve: Serve, limit: dict[str, float]) -> None:
    client = serve(model="offline:tool_calls=20", **limit)
    problem = client.post("/agent/run", json=TASK).json()
    assert (problem["status"], problem["type"]) == (422, "urn:problem-type:agent:usage-limit")
    last = events(client.post("/agent/stream", json=TASK).text)[-1]
    assert (last.event, last.data) == ("error", problem)
    found = samples(client)
    assert found["agent_runs_total", "usage_limit"] == 2
    calls = sum(value for (name, _), value in found.items() if name == "agent_tool_calls_total") / 2
    assert 2 <= calls <= 5, "the one that passes the limit may be the last"
    assert not [name for name, _ in found if name == "agent_exceptions_total"]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: str(*limit))
def test_a_run_below_the_limit_is_answered(serve: Serve, limit: dict[str, float]) -> None:
    assert serve(**limit).post("/agent/run", json=TASK).status_code == 200


def test_info_shows_the_limits(serve: Serve) -> None:
    client = serve(max_run_requests=7, max_run_tool_calls=8, max_run_cost_usd=0.5)
    limits = client.get("/info").json()["limits"]
    assert (limits["run_requests"], limits["run_tool_calls"], limits["run_cost_usd"]) == (7, 8, 0.5)
