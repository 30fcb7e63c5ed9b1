"""Requests per minute."""

import pytest

from agent.auth import RateLimits, Token
from tests.agent.auth.test_file import Clock

ANN, BOB = Token("ann", ""), Token("bob", "", per_minute=2)


def test_a_token_has_its_requests_at_once_and_then_one_by_one() -> None:
    clock = Clock()
    rates = RateLimits(60, clock)
    assert [rates.wait_seconds(ANN) for _ in range(61)] == [0.0] * 60 + [1.0]
    clock.now += 0.5
    assert rates.wait_seconds(ANN) == pytest.approx(0.5), "a refusal costs nothing"
    clock.now += 0.5
    assert rates.wait_seconds(ANN) == 0.0


def test_tokens_do_not_share_and_one_can_have_a_rate_of_its_own() -> None:
    rates = RateLimits(1, Clock())
    assert [rates.wait_seconds(ANN), rates.wait_seconds(ANN)] == [0.0, 60.0]
    assert [rates.wait_seconds(BOB) for _ in range(3)] == [0.0, 0.0, 30.0]
