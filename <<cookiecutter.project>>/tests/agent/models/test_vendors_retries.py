"""How often each vendor is asked: retries are in one layer."""

import asyncio

import pytest
from pydantic_ai import ModelRequest, UserPromptPart

from agent.context.summary import Summaries
from agent.models import make_model
from tests.agent.conftest import Serve
from tests.agent.models.vendor_server import Manner, Vendor
from tests.agent.models.wires.said import TEXT
from tests.agent.samples import samples

TASK = {"task": "What is 15 % of 240?"}


@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])
@pytest.mark.parametrize("is_overloaded", [False, True], ids=["rate limited", "overloaded"])
def test_with_a_fallback_it_is_asked_once_for_each_answer(
    serve: Serve, vendor: Vendor, path: str, is_overloaded: bool
) -> None:
    vendor.status = vendor.wire.overloaded if is_overloaded else 429
    client = serve(model=vendor.wire.model, fallback_model="offline")
    assert TEXT in client.post(path, json=TASK).text
    assert samples(client)["agent_model_answers_total", "offline,fallback"] == 2
    assert len(vendor.asked) == 2


@pytest.mark.parametrize(
    ("path", "manner"),
    [
        ("/agent/run", "no JSON"),
        ("/agent/run", "another JSON"),  # a stream of it has begun, and does not change its model
        ("/agent/stream", "no JSON"),
        ("/agent/stream", "hangs up"),
    ],
)
def test_a_fallback_answers_for_what_cant_be_read(serve: Serve, vendor: Vendor, path: str, manner: Manner) -> None:
    vendor.manner = manner
    client = serve(model=vendor.wire.model, fallback_model="offline")
    assert TEXT in client.post(path, json=TASK).text
    assert len(vendor.asked) == 2


@pytest.mark.parametrize(("status", "error"), [(401, "ModelAuthenticationError"), (404, "ModelNotFoundError")])
def test_a_wrong_key_or_name_is_asked_once_and_no_fallback_hides_it(
    serve: Serve, vendor: Vendor, status: int, error: str
) -> None:
    vendor.status = status
    for fallback in ("", "offline"):
        client = serve(model=vendor.wire.model, fallback_model=fallback)
        assert client.post("/agent/run", json=TASK).json()["exception"] == error
        assert samples(client)["agent_vendor_errors_total", error] == 1
    assert len(vendor.asked) == 2


def test_as_a_fallback_it_is_asked_once(serve: Serve, vendor: Vendor) -> None:
    vendor.status = vendor.wire.overloaded
    client = serve(model="offline:rate_limit=1", fallback_model=vendor.wire.model)
    assert "429" in client.post("/agent/run", json=TASK).json()["detail"]
    assert len(vendor.asked) == 1


def test_a_summary_asks_again_as_a_run_does(vendor: Vendor) -> None:
    said = [ModelRequest([UserPromptPart("What is 15 % of 240?")])]
    summaries = Summaries(make_model(vendor.wire.model), tokens=1_000)
    vendor.failures = [429]
    assert asyncio.run(summaries.write(said, None, 0)) == TEXT
    assert len(vendor.asked) == 2


def test_a_summary_gives_up_as_a_run_does(vendor: Vendor) -> None:
    said = [ModelRequest([UserPromptPart("What is 15 % of 240?")])]
    vendor.status = vendor.wire.overloaded
    assert asyncio.run(Summaries(make_model(vendor.wire.model), tokens=1_000).write(said, None, 0)) is None
    assert len(vendor.asked) == 3
