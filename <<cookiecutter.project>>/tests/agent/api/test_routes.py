"""The routes, through the whole app."""

import pytest
from starlette.testclient import TestClient

from tests.agent.conftest import Serve

TASK = {"task": "What is 15 % of 240?"}


def test_health_says_which_release_runs_on_which_model(serve: Serve) -> None:
    response = serve(release="v1.2.3", model="offline:cost=1.6").get("/health")
    assert response.json() == {"status": "ok", "release": "v1.2.3", "model": "offline:cost=1.6"}


def test_health_is_503_for_as_long_as_the_model_is_not_ready(serve: Serve) -> None:
    response = serve(model="offline:unhealthy").get("/health")
    assert (response.status_code, response.headers["content-type"]) == (503, "application/problem+json")


def test_livez_answers_even_when_the_model_is_not_ready(serve: Serve) -> None:
    assert serve(model="offline:unhealthy").get("/livez").json() == {"status": "alive"}


def test_info_says_what_a_request_may_ask_for(serve: Serve) -> None:
    assert serve(release="v9", deadline_seconds=30).get("/info").json() == {
        "release": "v9",
        "model": "offline",
        "fallback_model": None,
        "limits": {
            "task_characters": 20_000,
            "deadline_seconds": 30,
            "context_window_tokens": 8_000,
            "run_requests": 50,
            "run_tool_calls": None,
            "run_cost_usd": None,
            "budget_tokens": None,
            "budget_cost_usd": None,
            "caller_budget_tokens": None,
            "caller_budget_cost_usd": None,
        },
    }


def test_a_run_has_an_id_of_its_own_and_keeps_the_conversation_s(client: TestClient) -> None:
    first, second = (client.post("/agent/run", json={**TASK, "conversation_id": "c-1"}).json() for _ in range(2))
    assert first["conversation_id"] == second["conversation_id"] == "c-1"
    assert first["run_id"] != second["run_id"]
    assert len(client.post("/agent/run", json=TASK).json()["conversation_id"]) == 32


@pytest.mark.parametrize(("asked", "seconds", "status"), [(0.05, 0.05, 408), (60, 0.1, 504)])
def test_a_request_can_shorten_its_deadline_and_not_lengthen_it(
    serve: Serve, asked: float, seconds: float, status: int
) -> None:
    client = serve(model="offline:hang=1", deadline_seconds=0.1)
    response = client.post("/agent/run", json={**TASK, "deadline_seconds": asked})
    assert (response.status_code, f"within {seconds:g} s" in response.json()["detail"]) == (status, True)


@pytest.mark.parametrize(
    "field",
    [{"conversation_id": "two words"}, {"conversation_id": ""}, {"deadline_seconds": 0}, {"deadline_seconds": 121}],
)
def test_a_wrong_deadline_or_conversation_is_422(client: TestClient, field: dict[str, object]) -> None:
    assert client.post("/agent/run", json={**TASK, **field}).status_code == 422


def test_a_run_answers_with_the_release_and_what_it_used(serve: Serve) -> None:
    body = serve(release="v9").post("/agent/run", json=TASK).json()
    assert body["answer"] == "The answer is 36."
    assert body["release"] == "v9"
    usage = body["usage"]
    assert (usage["requests"], usage["tool_calls"]) == (2, 1)
    assert usage["input_tokens"] > 0
    assert usage["output_tokens"] > 0
    assert 0 < usage["cost_usd"] < 0.1
    assert 0 < usage["context_utilization_ratio"] < 0.2


def test_an_unknown_usage_is_null_and_not_zero(serve: Serve) -> None:
    usage = serve(model="test").post("/agent/run", json=TASK).json()["usage"]
    assert (usage["cost_usd"], usage["context_utilization_ratio"]) == (None, None)


def test_a_task_may_have_20000_characters_and_no_more(client: TestClient) -> None:
    assert client.post("/agent/run", json={"task": "x" * 20_000}).status_code == 200
    assert client.post("/agent/run", json={"task": "x" * 20_001}).status_code == 422
