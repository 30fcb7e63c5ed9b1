"""The incident this template was made for: a tool chain fills the context window call by call, until the model drops
its own instructions and task. The model is offline with a small window, and the service runs with its own tools."""

from starlette.testclient import TestClient

from tests.agent.conftest import Serve
from tests.agent.samples import samples

MODEL = "offline:window=2000,tool_calls=12"
UTILIZATION = "agent_model_request_context_utilization_ratio"


def solved(client: TestClient, words: int) -> bool:
    """Ask for a count of so many words, which the model counts twelve times."""
    response = client.post("/agent/run", json={"task": f'How many words are in "{"word " * words}"?'})
    assert response.status_code == 200
    return f"{words} words" in response.json()["answer"]


def fullest(client: TestClient) -> float:
    """The upper end of the bucket of the fullest model request."""
    found = {float(le): count for (name, le), count in samples(client).items() if name == f"{UTILIZATION}_bucket"}
    return min(le for le, count in found.items() if count == max(found.values()))


def test_without_management_answers_become_wrong_with_status_200_and_the_metric_shows_it_before(serve: Serve) -> None:
    client = serve(model=MODEL, manage_context=False)
    assert solved(client, 20)
    assert fullest(client) <= 0.8
    assert solved(client, 75)
    assert 0.8 < fullest(client) <= 1.0, "the metric shows it while all is still well"
    assert not solved(client, 90)
    assert fullest(client) > 1.0


def test_with_management_the_same_tasks_and_larger_ones_are_solved(serve: Serve) -> None:
    client = serve(model=MODEL)
    assert all(solved(client, words) for words in (20, 75, 90, 200))
    assert fullest(client) <= 1.0
    assert samples(client)["agent_context_compactions_total", ""] > 0


def test_what_can_t_fit_is_a_413_that_says_so_and_no_exception_of_the_release(serve: Serve) -> None:
    client = serve(model="offline:window=2000")
    response = client.post("/agent/run", json={"task": "x" * 20_000})
    assert response.status_code == 413
    assert "context window" in response.json()["detail"]
    found = samples(client)
    assert (found["agent_runs_total", "client_context_full"], found["agent_runs_total", "context_full"]) == (1, 0)
    assert not [name for name, _ in found if name == "agent_exceptions_total"]


def test_a_tool_chain_that_fills_the_window_is_a_run_without_an_answer(serve: Serve) -> None:
    client = serve(model="offline:window=900,tool_calls=40")
    response = client.post("/agent/run", json={"task": "What is 15 % of 240?"})
    assert response.status_code == 413
    found = samples(client)
    assert (found["agent_runs_total", "client_context_full"], found["agent_runs_total", "context_full"]) == (0, 1)


def test_the_size_of_the_window_is_a_setting(serve: Serve) -> None:
    client = serve(context_window_tokens=2_000)
    assert samples(client)["agent_context_window_tokens", ""] == 2_000
    assert client.post("/agent/run", json={"task": "x" * 20_000}).status_code == 413


def test_an_unknown_window_is_exported_as_nothing(serve: Serve) -> None:
    client = serve(model="test")
    client.post("/agent/run", json={"task": "x"})
    found = samples(client)
    assert ("agent_context_window_tokens", "") not in found
    assert found[f"{UTILIZATION}_count", ""] == 0
