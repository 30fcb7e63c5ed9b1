"""The model's limit on output tokens, as a client sees it."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agent.models.offline.model import CANNOT
from tests.agent.conftest import Serve
from tests.agent.samples import samples
from tests.agent.sse import events

SONG = {"task": "Sing me a song."}
PATHS = pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])


def test_a_cut_answer_is_told_to_be_one_counts_as_truncated_and_is_kept_with_its_key(serve: Serve) -> None:
    client, key = serve(model="offline:max_tokens=8"), {"idempotency-key": "one"}
    first = client.post("/agent/run", json=SONG, headers=key).json()
    assert (first["answer"], first["finish_reason"]) == (CANNOT[:16], "length")
    assert client.post("/agent/run", json=SONG, headers=key).json() == first
    done = events(client.post("/agent/stream", json=SONG, headers=key).text)[-1]
    assert (done.event, done.data["finish_reason"]) == ("done", "length")
    assert samples(client)["agent_runs_total", "truncated"] == 1


@PATHS
def test_the_whole_calls_before_a_cut_one_do_not_run_either(serve: Serve, path: str) -> None:
    client = serve(model="offline:lookups=3,parallel,max_tokens=40")
    response = client.post(path, json=SONG)
    assert (response.status_code, response.json()["type"]) == (422, "urn:problem-type:agent:output-limit")
    families = text_string_to_metric_families(client.get("/metrics").text)
    values = [each.value for family in families if family.name.startswith("agent_tool") for each in family.samples]
    assert not any(values)
    found = samples(client)
    assert found["agent_runs_total", "truncated"] == 1
    assert found["agent_cost_usd_total", ""] > 0
    assert ("agent_exceptions_total", "IncompleteToolCall") not in found, "a limit, not a fault of the service"
    whole = serve(model="offline:lookups=3,parallel,max_tokens=45")
    whole.post(path, json=SONG)
    assert samples(whole)["agent_tool_seconds_count", "success,look_up"] == 3


@PATHS
def test_a_response_without_text_is_no_answer_and_what_it_cost_counts(serve: Serve, path: str) -> None:
    client = serve(model="offline:max_tokens=4")
    response = client.post(path, json=SONG)
    assert (response.status_code, response.json()["type"]) == (422, "urn:problem-type:agent:output-limit")
    found = samples(client)
    assert found["agent_runs_total", "truncated"] == 1
    assert found["agent_cost_usd_total", ""] > 0


def test_in_a_stream_that_has_begun_it_is_an_event(serve: Serve) -> None:
    task = 'Look up the price of the desk lamp, then count the words in "one two three four five six seven eight"'
    got = events(serve(model="offline:max_tokens=15").post("/agent/stream", json={"task": task}).text)
    assert [event.event for event in got] == ["tool_call", "tool_result", "error"]
    assert got[-1].data["type"] == "urn:problem-type:agent:output-limit"
