"""Each vendor's model by its name, over the wire: answers, calls of tools, streams, usage."""

import pytest

from tests.agent.conftest import Serve
from tests.agent.models.vendor_server import Vendor
from tests.agent.models.wires.said import CACHED_TOKENS, INPUT_TOKENS, OUTPUT_TOKENS, TEXT, TOOL, WORDS
from tests.agent.samples import samples
from tests.agent.sse import events

TASK = {"task": "What is 15 % of 240?"}


def test_an_answer_and_its_usage_come_back(serve: Serve, vendor: Vendor) -> None:
    client = serve(model=vendor.wire.model)
    body = client.post("/agent/run", json=TASK).json()
    assert body["answer"] == TEXT
    assert (body["usage"]["input_tokens"], body["usage"]["output_tokens"]) == (INPUT_TOKENS, OUTPUT_TOKENS)
    assert body["usage"]["cost_usd"] > 0
    assert body["usage"]["context_utilization_ratio"] > 0
    assert TOOL in vendor.wire.tools(vendor.asked[0])
    assert samples(client)["agent_model_price_known", f"{vendor.wire.model},first"] == 1


def test_a_stream_comes_word_by_word_with_the_same_usage(serve: Serve, vendor: Vendor) -> None:
    client = serve(model=vendor.wire.model)
    got = events(client.post("/agent/stream", json=TASK).text)
    assert [event.data["text"] for event in got if event.event == "token"] == list(WORDS)
    assert got[-1].data["answer"] == TEXT
    assert got[-1].data["usage"] == client.post("/agent/run", json=TASK).json()["usage"]


@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])
def test_input_includes_what_was_read_from_the_prompt_cache(serve: Serve, vendor: Vendor, path: str) -> None:
    client = serve(model=vendor.wire.model)
    client.post(path, json=TASK)
    found = samples(client)
    assert found["agent_tokens_total", "input"] == INPUT_TOKENS
    assert found["agent_cache_read_input_tokens_total", ""] == CACHED_TOKENS
    assert found["agent_unpriced_model_requests_total", ""] == 0


@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])
def test_the_model_calls_a_tool_and_reads_its_result(serve: Serve, vendor: Vendor, path: str) -> None:
    vendor.calls = True
    client = serve(model=vendor.wire.model)
    assert TEXT in client.post(path, json=TASK).text
    assert len(vendor.asked) == 2
    assert "36" in str(vendor.asked[1])
    found = samples(client)
    assert found["agent_tool_seconds_count", f"success,{TOOL}"] == 1
    assert found["agent_tokens_total", "input"] == 2 * INPUT_TOKENS
    assert found["agent_model_answers_total", f"{vendor.wire.model},first"] == 2
