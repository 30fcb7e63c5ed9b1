"""Each vendor's model by its name, over the wire: a response that ended at the limit on output tokens."""

import pytest

from tests.agent.conftest import Serve
from tests.agent.models.vendor_server import Vendor
from tests.agent.models.wires.said import INPUT_TOKENS, TEXT
from tests.agent.samples import Samples, samples
from tests.agent.sse import events

TASK = {"task": "What is 15 % of 240?"}
PATHS = pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])


def outcomes(found: Samples) -> dict[str, float]:
    return {labels: value for (name, labels), value in found.items() if name == "agent_runs_total" and value}


@PATHS
def test_a_whole_answer_says_so(serve: Serve, vendor: Vendor, path: str) -> None:
    client = serve(model=vendor.wire.model)
    text = client.post(path, json=TASK).text
    assert '"finish_reason":"stop"' in text.replace(" ", "")
    assert outcomes(samples(client)) == {"answered": 1}


@PATHS
def test_an_answer_that_is_cut_says_so_and_counts_as_truncated(serve: Serve, vendor: Vendor, path: str) -> None:
    vendor.manner = "at its limit"
    client = serve(model=vendor.wire.model)
    response = client.post(path, json=TASK)
    answer = response.json() if path == "/agent/run" else events(response.text)[-1].data
    assert (answer["answer"], answer["finish_reason"]) == (TEXT, "length")
    found = samples(client)
    assert outcomes(found) == {"truncated": 1}
    assert found["agent_tokens_total", "input"] == INPUT_TOKENS


@PATHS
def test_no_tool_runs_of_calls_that_are_cut_and_what_they_cost_counts(serve: Serve, vendor: Vendor, path: str) -> None:
    vendor.manner, vendor.calls = "at its limit", True
    client, key = serve(model=vendor.wire.model), {"idempotency-key": "one"}
    response = client.post(path, json=TASK, headers=key)
    assert (response.status_code, response.json()["type"]) == (422, "urn:problem-type:agent:output-limit")
    assert len(vendor.asked) == 1, "asking again would end at the same limit"
    found = samples(client)
    assert [labels for name, labels in found if name.startswith("agent_tool") and found[name, labels]] == []
    assert outcomes(found) == {"truncated": 1}
    assert found["agent_tokens_total", "input"] == INPUT_TOKENS
    assert found["agent_cost_usd_total", ""] > 0
    vendor.manner = "whole"
    assert TEXT in client.post(path, json=TASK, headers=key).text, "nothing has happened, so the key is free"
