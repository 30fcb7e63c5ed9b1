"""Each vendor's model by its name, over the wire: what is no complete answer is the vendor's error."""

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.agent.conftest import Serve
from tests.agent.models.vendor_server import Manner, Vendor
from tests.agent.models.wires.said import TEXT, TOOL, WORDS
from tests.agent.samples import samples
from tests.agent.sse import events

TASK = {"task": "What is 15 % of 240?"}
PROBLEM = "urn:problem-type:agent:model-error"


def assert_vendor_failed(client: TestClient, response: Response, vendor: Vendor, error: str | None = None) -> None:
    """The run counts as failed by the vendor, with this class of error, and tells none of its words."""
    assert "secret" not in response.text
    found = samples(client)
    assert found["agent_runs_total", "vendor_error"] == 1
    assert found.get(("agent_model_answers_total", f"{vendor.wire.model},first")) == 0
    classes = [labels for name, labels in found if name == "agent_vendor_errors_total"]
    assert len(classes) == 1
    assert error is None or classes == [error]


@pytest.mark.parametrize(
    ("path", "is_overloaded", "error"),
    [
        ("/agent/run", False, "ModelRateLimitError"),
        ("/agent/stream", True, "ModelOverloadedError"),
    ],
)
def test_after_three_refusals_the_run_fails_with_their_class(
    serve: Serve, vendor: Vendor, path: str, is_overloaded: bool, error: str
) -> None:
    vendor.status = vendor.wire.overloaded if is_overloaded else 429
    client = serve(model=vendor.wire.model)
    response = client.post(path, json=TASK)
    assert (response.status_code, response.json()["type"]) == (502, PROBLEM)
    assert str(vendor.status) in response.json()["detail"]
    assert len(vendor.asked) == 3, "its client asks again twice"
    assert_vendor_failed(client, response, vendor, error)
    assert samples(client)["agent_unpriced_model_requests_total", ""] == 0


@pytest.mark.parametrize(("path", "is_overloaded"), [("/agent/run", True), ("/agent/stream", False)])
def test_a_refusal_that_passes_is_not_seen(serve: Serve, vendor: Vendor, path: str, is_overloaded: bool) -> None:
    vendor.failures = [vendor.wire.overloaded if is_overloaded else 429]
    client = serve(model=vendor.wire.model)
    assert TEXT in client.post(path, json=TASK).text
    assert len(vendor.asked) == 2
    found = samples(client)
    assert found["agent_runs_total", "answered"] == 1
    assert not [name for name, _ in found if name == "agent_vendor_errors_total"]


@pytest.mark.parametrize("manner", ["cut", "without its end", "overloaded inside"])
class TestOfAStreamThatIsCut:
    """Whether the connection breaks, closes as if all was said, or an error comes."""

    def test_it_ends_with_an_error_and_has_no_answer(self, serve: Serve, vendor: Vendor, manner: Manner) -> None:
        vendor.manner = manner
        client = serve(model=vendor.wire.model)
        response = client.post("/agent/stream", json=TASK)
        got = events(response.text)
        assert [event.event for event in got] == [*("token" for _ in WORDS), "error"]
        assert got[-1].data["type"] == PROBLEM
        error = "ModelOverloadedError" if manner == "overloaded inside" else "ModelConnectionError"
        assert_vendor_failed(client, response, vendor, error)
        assert len(vendor.asked) == 1, "a stream that has begun is not begun again"
        found = samples(client)
        is_reported = not vendor.wire.model.startswith("openai")  # which reports usage with its last event
        assert (found["agent_tokens_total", "input"] > 0) is is_reported
        assert (found["agent_cost_usd_total", ""] > 0) is is_reported
        assert found["agent_unpriced_model_requests_total", ""] == (not is_reported)

    def test_the_tools_that_it_calls_do_not_run_and_a_retry_runs_them(
        self, serve: Serve, vendor: Vendor, manner: Manner
    ) -> None:
        vendor.manner, vendor.calls = manner, True
        client, key = serve(model=vendor.wire.model), {"idempotency-key": "one"}
        response = client.post("/agent/stream", json=TASK, headers=key)
        assert_vendor_failed(client, response, vendor)
        found = samples(client)
        assert [labels for name, labels in found if name.startswith("agent_tool") and found[name, labels]] == []
        vendor.manner = "whole"
        assert TEXT in client.post("/agent/stream", json=TASK, headers=key).text
        assert samples(client)["agent_tool_seconds_count", f"success,{TOOL}"] == 1


@pytest.mark.parametrize("manner", ["no JSON", "another JSON"])
@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])
def test_an_answer_that_cant_be_read_is_the_vendors_error_and_is_not_asked_for_again(
    serve: Serve, vendor: Vendor, path: str, manner: Manner
) -> None:
    vendor.manner = manner
    client = serve(model=vendor.wire.model)
    response = client.post(path, json=TASK)
    assert (response.status_code, response.json()["type"]) == (502, PROBLEM)
    assert len(vendor.asked) == 1
    assert_vendor_failed(client, response, vendor)


@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])
def test_a_connection_that_breaks_is_the_vendors_error(serve: Serve, vendor: Vendor, path: str) -> None:
    vendor.manner = "hangs up"
    client = serve(model=vendor.wire.model)
    response = client.post(path, json=TASK)
    assert (response.status_code, response.json()["type"]) == (502, PROBLEM)
    assert_vendor_failed(client, response, vendor, "ModelConnectionError")
