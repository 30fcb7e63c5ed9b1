"""What the setting for prompt caching changes on each vendor's wire."""

import json

import pytest

from tests.agent.conftest import Serve
from tests.agent.models.conftest import WIRES
from tests.agent.models.vendor_server import Asked, Vendor

TASK = {"task": "What is 15 % of 240?"}
anthropic = pytest.mark.parametrize("vendor", WIRES[:1], indirect=True, ids=["anthropic"])
openai = pytest.mark.parametrize("vendor", WIRES[2:], indirect=True, ids=["openai", "openai-chat"])


def marked(asked: Asked) -> dict[str, bool]:
    """The parts of a request that are marked for Anthropic's cache."""
    parts = {name: asked.get(name) for name in ("system", "tools", "messages")}
    return {name: "cache_control" in json.dumps(part) for name, part in parts.items()}


@anthropic
def test_without_the_setting_nothing_is_marked_for_anthropics_cache(serve: Serve, vendor: Vendor) -> None:
    serve(model=vendor.wire.model).post("/agent/run", json=TASK)
    assert not any(marked(vendor.asked[0]).values()), vendor.asked[0]


@anthropic
@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])
def test_with_it_tools_instructions_and_the_conversation_are(serve: Serve, vendor: Vendor, path: str) -> None:
    serve(model=vendor.wire.model, prompt_caching=True).post(path, json=TASK)
    assert marked(vendor.asked[0]) == {"system": True, "tools": True, "messages": False}
    assert vendor.asked[0]["cache_control"]["type"] == "ephemeral"  # the conversation


@openai
def test_openais_newer_models_get_options_for_the_cache(serve: Serve, vendor: Vendor) -> None:
    model = vendor.wire.model.replace("gpt-5-mini", "gpt-5.6")
    for is_on in (False, True):
        serve(model=model, prompt_caching=is_on).post("/agent/run", json=TASK)
    assert ["prompt_cache_options" in asked for asked in vendor.asked] == [False, True]


@pytest.mark.parametrize("vendor", WIRES[1:], indirect=True, ids=["google", "openai", "openai-chat"])
def test_where_the_cache_works_by_itself_it_changes_nothing(serve: Serve, vendor: Vendor) -> None:
    for is_on in (False, True):
        serve(model=vendor.wire.model, prompt_caching=is_on).post("/agent/run", json=TASK)
    assert vendor.asked[0] == vendor.asked[1]
