"""Ratings of answers."""

import pytest
from pydantic_ai import RunUsage
from starlette.testclient import TestClient

from agent.run import RatedRuns, RunResult
from agent.run.usage import account
from tests.agent.samples import samples
from tests.agent.sse import events

USAGE = account(RunUsage(), [], None)
TASK = {"task": "What is 15 % of 240?"}


def rate(client: TestClient, run_id: str, rating: str = "good") -> int:
    return client.post("/feedback", json={"run_id": run_id, "rating": rating}).status_code


def test_a_rating_of_an_answered_run_is_counted_once(client: TestClient) -> None:
    run_id = client.post("/agent/run", json=TASK).json()["run_id"]
    assert [rate(client, run_id, "bad"), rate(client, run_id), rate(client, run_id)] == [204, 204, 204]
    found = samples(client)
    assert (found["agent_feedback_total", "bad"], found["agent_feedback_total", "good"]) == (1, 0)


def test_a_streamed_run_can_be_rated_too(client: TestClient) -> None:
    done = events(client.post("/agent/stream", json=TASK).text)[-1]
    assert rate(client, done.data["run_id"]) == 204
    assert samples(client)["agent_feedback_total", "good"] == 1


def test_a_run_that_this_release_did_not_answer_can_t_be_rated(client: TestClient) -> None:
    response = client.post("/feedback", json={"run_id": "0" * 32, "rating": "good"})
    assert (response.status_code, response.json()["type"]) == (404, "urn:problem-type:agent:run-not-found")
    assert samples(client)["agent_feedback_total", "good"] == 0


@pytest.mark.parametrize("body", [{}, {"run_id": "x y", "rating": "good"}, {"run_id": "x", "rating": "great"}])
def test_wrong_feedback_is_422(client: TestClient, body: dict[str, str]) -> None:
    assert client.post("/feedback", json=body).status_code == 422


def test_only_the_newest_runs_are_remembered() -> None:
    rated = RatedRuns(most=2)
    for run_id in "abc":
        rated.add(RunResult(answer="", usage=USAGE, run_id=run_id, conversation_id="c"))
    assert rated.rate("c") is True
    with pytest.raises(KeyError):
        rated.rate("a")
