"""Anthropic's model by its name, over the wire: answers, streams, prompt caching, errors."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic_ai.models import override_allow_model_requests

from tests.agent.conftest import Serve
from tests.agent.models.anthropic_server import TEXT, Anthropic, anthropic_server
from tests.agent.samples import samples
from tests.agent.sse import events

MODEL = "anthropic:claude-haiku-4-5"
TASK = {"task": "What is 15 % of 240?"}


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Anthropic]:
    """The vendor, on this machine: no request leaves it."""
    with anthropic_server() as served, override_allow_model_requests(True):
        monkeypatch.setenv("ANTHROPIC_API_KEY", "none")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", served.url)
        yield served


def marked(asked: dict[str, Any]) -> dict[str, bool]:
    """The parts of a request that are marked for the cache."""
    parts = {name: asked.get(name) for name in ("system", "tools", "messages")}
    return {name: "cache_control" in json.dumps(part) for name, part in parts.items()}


def test_an_answer_and_its_usage_come_back(serve: Serve, vendor: Anthropic) -> None:
    client = serve(model=MODEL)
    body = client.post("/agent/run", json=TASK).json()
    assert body["answer"] == TEXT
    assert body["usage"]["input_tokens"] == 100, "input includes what was read from the cache"
    assert vendor.asked[0]["model"] == "claude-haiku-4-5"
    assert "calculate" in [tool["name"] for tool in vendor.asked[0]["tools"]]
    assert samples(client)["agent_cache_read_input_tokens_total", ""] == 80


def test_a_stream_comes_word_by_word(serve: Serve, vendor: Anthropic) -> None:
    got = events(serve(model=MODEL).post("/agent/stream", json=TASK).text)
    assert [event.data["text"] for event in got if event.event == "token"] == ["The", " answer", " is", " 36."]
    assert got[-1].data["answer"] == TEXT
    assert vendor.asked[0]["stream"] is True


def test_without_the_setting_nothing_is_marked_for_the_cache(serve: Serve, vendor: Anthropic) -> None:
    serve(model=MODEL).post("/agent/run", json=TASK)
    assert not any(marked(vendor.asked[0]).values()), vendor.asked[0]


@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])
def test_prompt_caching_marks_tools_instructions_and_the_conversation(
    serve: Serve, vendor: Anthropic, path: str
) -> None:
    serve(model=MODEL, prompt_caching=True).post(path, json=TASK)
    assert "cache_control" in json.dumps(vendor.asked[0])
    found = marked(vendor.asked[0])
    assert found == {"system": True, "tools": True, "messages": False}, vendor.asked[0].get("cache_control")


@pytest.mark.parametrize("status", [429, 529])
@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])
def test_an_overload_is_the_vendors_error_and_none_of_its_words_are_shown(
    serve: Serve, vendor: Anthropic, path: str, status: int
) -> None:
    vendor.status = status
    client = serve(model=MODEL)
    response = client.post(path, json=TASK)
    assert (response.status_code, response.json()["type"]) == (502, "urn:problem-type:agent:model-error")
    assert "secret" not in response.text
    assert samples(client)["agent_runs_total", "vendor_error"] == 1
    assert len(vendor.asked) == 3, "its client has asked again twice"


def test_a_fallback_answers_for_it_and_it_is_asked_once(serve: Serve, vendor: Anthropic) -> None:
    vendor.status = 529
    client = serve(model=MODEL, fallback_model="offline")
    assert client.post("/agent/run", json=TASK).json()["answer"] == TEXT
    found = samples(client)
    assert found["agent_model_answers_total", "offline,fallback"] == 2
    assert len(vendor.asked) == 2, "once for each model request: retries are in one layer"
