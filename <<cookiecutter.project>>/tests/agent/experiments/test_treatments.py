"""What a variant's model brings with it."""

import pytest

from agent.api.app import variants_model
from agent.errors import StartError
from agent.metrics import Metrics
from agent.run import TOOL_NAMES
from agent.settings import Settings


def made(name: str, **settings: object) -> int | None:
    """The context window of a variant's model."""
    return variants_model(name, Settings.model_construct(**settings), Metrics(TOOL_NAMES))[1]  # type: ignore[arg-type]


def test_a_variants_window_is_its_own_models() -> None:
    assert made("offline:window=2000") == 2_000
    assert made("offline:window=2000", context_window_tokens=900) == 900


def test_a_budget_in_usd_needs_the_price_of_a_variant_too() -> None:
    assert made("test") is None
    with pytest.raises(StartError, match="the price of test is not known, and the budget is in USD"):
        made("test", budget_cost_usd=1.0)
