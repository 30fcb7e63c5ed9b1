"""A model without a known price, from outside."""

import pytest

from agent.errors import StartError
from tests.agent.conftest import Serve
from tests.agent.samples import samples

TASK = {"task": "What is 15 % of 240?"}
UNPRICED = "test"
"""pydantic-ai's own model."""


def test_its_cost_is_unknown_and_not_zero(serve: Serve) -> None:
    client = serve(model=UNPRICED)
    answered = client.post("/agent/run", json=TASK).json()
    assert answered["usage"]["cost_usd"] is None
    found = samples(client)
    assert found["agent_model_price_known", "test,first"] == 0
    assert found["agent_unpriced_model_requests_total", ""] == answered["usage"]["requests"] > 0


def test_with_a_known_price_there_is_nothing_unpriced(serve: Serve) -> None:
    client = serve(fallback_model=UNPRICED)
    client.post("/agent/run", json=TASK)
    found = samples(client)
    assert found["agent_model_price_known", "offline,first"] == 1
    assert found["agent_model_price_known", "test,fallback"] == 0
    assert found["agent_unpriced_model_requests_total", ""] == 0


@pytest.mark.parametrize("limit", ["budget_cost_usd", "caller_budget_cost_usd"])
@pytest.mark.parametrize("setting", ["model", "fallback_model"])
def test_a_budget_in_usd_does_not_start_without_a_price(serve: Serve, limit: str, setting: str) -> None:
    with pytest.raises(StartError, match=f"the price of AGENT_{setting.upper()}=test is not known"):
        serve(**{setting: UNPRICED, limit: 5.0})


def test_a_budget_in_tokens_does(serve: Serve) -> None:
    client = serve(model=UNPRICED, budget_tokens=1)
    assert [client.post("/agent/run", json=TASK).status_code for _ in range(2)] == [200, 429]
