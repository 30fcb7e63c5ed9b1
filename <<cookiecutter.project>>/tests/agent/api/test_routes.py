"""The three routes, through the whole app."""

from starlette.testclient import TestClient

from tests.agent.conftest import Serve

TASK = {"task": "What is 15 % of 240?"}


def test_health_says_which_release_runs_on_which_model(serve: Serve) -> None:
    response = serve(release="v1.2.3", model="offline:cost=1.6").get("/health")
    assert response.json() == {"status": "ok", "release": "v1.2.3", "model": "offline:cost=1.6"}


def test_health_is_503_for_as_long_as_the_model_is_not_ready(serve: Serve) -> None:
    response = serve(model="offline:unhealthy").get("/health")
    assert (response.status_code, response.headers["content-type"]) == (503, "application/problem+json")


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
