"""A fallback model, from outside."""

import pytest
from starlette.testclient import TestClient

from tests.agent.conftest import Serve
from tests.agent.samples import samples
from tests.agent.sse import events

TASK = {"task": "What is 15 % of 240?"}
DOWN = "offline:errors=1"
PATHS = ["/agent/run", "/agent/stream"]


def answers(client: TestClient) -> dict[str, float]:
    """The answered model requests, by model and role."""
    return {labels: value for (name, labels), value in samples(client).items() if name == "agent_model_answers_total"}


@pytest.mark.parametrize("path", PATHS)
def test_in_an_outage_the_fallback_answers_and_its_share_and_the_cause_are_seen(
    serve: Serve, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = serve(model=DOWN, fallback_model="offline")
    assert "36" in client.post(path, json=TASK).text
    found = answers(client)
    # Only a run's first request fails here; the model is asked again with the tool's result.
    assert found == {f"{DOWN},first": 1, "offline,fallback": 1}
    assert samples(client)["agent_runs_total", "answered"] == 1
    assert not [name for name, _ in samples(client) if name in ("agent_exceptions_total", "agent_vendor_errors_total")]
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        f"ModelHTTPError: the model's API answered 503: {DOWN}"
    ]


@pytest.mark.parametrize("path", PATHS)
def test_without_an_outage_the_first_model_answers_all(serve: Serve, path: str) -> None:
    client = serve(fallback_model="offline:cost=2")
    client.post(path, json=TASK)
    assert answers(client) == {"offline,first": 2, "offline:cost=2,fallback": 0}


@pytest.mark.parametrize("path", PATHS)
def test_an_outage_of_both_counts_as_one_of_a_single_model(serve: Serve, path: str) -> None:
    seen = []
    for settings in ({"model": DOWN}, {"model": DOWN, "fallback_model": DOWN}):
        client = serve(**settings)
        problem = client.post(path, json=TASK).json()
        names = ("agent_runs_total", "agent_exceptions_total", "agent_vendor_errors_total", "agent_requests_total")
        seen.append((problem, {key: value for key, value in samples(client).items() if key[0] in names and value}))
    assert seen[0] == seen[1]
    assert seen[0][0]["type"] == "urn:problem-type:agent:model-error"
    assert seen[0][1]["agent_vendor_errors_total", "ModelHTTPError"] == 1


@pytest.mark.parametrize("path", PATHS)
def test_a_model_that_hangs_is_waited_for_only_so_long(serve: Serve, path: str) -> None:
    client = serve(model="offline:hang=1", fallback_model="offline", fallback_after_seconds=0.3)
    text = client.post(path, json=TASK).text
    assert "36" in text
    if path == "/agent/stream":
        assert events(text)[-1].event == "done"


def test_requests_stay_below_the_smaller_window(serve: Serve) -> None:
    client = serve(fallback_model="offline:window=2000")
    assert client.get("/info").json()["limits"]["context_window_tokens"] == 2000


def test_info_shows_the_fallback(serve: Serve) -> None:
    assert serve(fallback_model="offline:cost=2").get("/info").json()["fallback_model"] == "offline:cost=2"
    assert serve().get("/info").json()["fallback_model"] is None
