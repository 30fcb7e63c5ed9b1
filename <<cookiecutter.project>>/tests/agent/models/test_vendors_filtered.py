"""Each vendor's model by its name, over the wire: a response that the content filter of its API ended."""

import pytest

from tests.agent.conftest import Serve
from tests.agent.models.vendor_server import Manner, Vendor
from tests.agent.models.wires.said import INPUT_TOKENS, TEXT, TOOL, WORDS
from tests.agent.samples import samples
from tests.agent.sse import events

TASK = {"task": "What is 15 % of 240?"}
PATHS = pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])
KIND = "urn:problem-type:agent:content-filter"


@PATHS
@pytest.mark.parametrize("manner", ["filtered", "refused"])
def test_it_is_no_answer_counts_as_filtered_and_is_no_fault_of_the_service(
    serve: Serve, vendor: Vendor, manner: Manner, path: str
) -> None:
    vendor.manner = manner
    client = serve(model=vendor.wire.model)
    response = client.post(path, json=TASK)
    if path == "/agent/stream" and manner == "filtered":
        *pieces, last = events(response.text)
        assert [event.event for event in pieces] == ["token" for _ in WORDS]
        assert (last.event, last.data["type"]) == ("error", KIND)
    else:
        assert (response.status_code, response.json()["type"]) == (422, KIND)
    assert "secret" not in response.text
    assert len(vendor.asked) == 1, "asking again would be refused again"
    found = samples(client)
    assert {labels for (name, labels), value in found.items() if name == "agent_runs_total" and value} == {"filtered"}
    assert not [name for name, _ in found if name in ("agent_exceptions_total", "agent_vendor_errors_total")]
    assert found["agent_tokens_total", "input"] == INPUT_TOKENS
    assert found["agent_cost_usd_total", ""] > 0


@PATHS
def test_the_tools_that_it_calls_do_not_run_and_its_key_is_free(serve: Serve, vendor: Vendor, path: str) -> None:
    vendor.manner, vendor.calls = "filtered", True
    client, key = serve(model=vendor.wire.model), {"idempotency-key": "one"}
    response = client.post(path, json=TASK, headers=key)
    assert (response.status_code, response.json()["type"]) == (422, KIND)
    found = samples(client)
    assert [labels for name, labels in found if name.startswith("agent_tool") and found[name, labels]] == []
    assert found["agent_tokens_total", "input"] == INPUT_TOKENS
    vendor.manner = "whole"
    assert TEXT in client.post(path, json=TASK, headers=key).text
    assert samples(client)["agent_tool_seconds_count", f"success,{TOOL}"] == 1
