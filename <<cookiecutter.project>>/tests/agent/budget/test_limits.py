"""When a budget is used up, and for how long."""

import pytest

from agent.budget import BudgetLimits, DayLimits, Scope, Spent
from agent.budget.limits import day_of, seconds_left

MIDNIGHT = 1_795_824_000.0
"""2026-11-28, 00:00 UTC."""


@pytest.mark.parametrize(
    ("limits", "spent", "reached"),
    [
        (DayLimits(), Spent(10**9, 1e9), False),
        (DayLimits(tokens=100), Spent(99, 1e9), False),
        (DayLimits(tokens=100), Spent(100), True),
        (DayLimits(cost_usd=2), Spent(10**9, 1.99), False),
        (DayLimits(cost_usd=2), Spent(0, 2.0), True),
        (DayLimits(tokens=100, cost_usd=2), Spent(101, 0.0), True),
        (DayLimits(tokens=100, cost_usd=2), Spent(0, 2.1), True),
    ],
)
def test_a_limit_is_reached_at_its_value(limits: DayLimits, spent: Spent, reached: bool) -> None:
    assert limits.reached(spent) is reached


@pytest.mark.parametrize(
    ("service", "caller", "scope"), [(99, 9, None), (100, 9, "service"), (99, 10, "caller"), (100, 10, "service")]
)
def test_both_the_service_s_and_the_caller_s_budget_count(service: int, caller: int, scope: Scope | None) -> None:
    limits = BudgetLimits(DayLimits(tokens=100), DayLimits(tokens=10))
    assert limits.reached(Spent(service), Spent(caller)) == scope


def test_limits_are_off_unless_one_is_set() -> None:
    assert not BudgetLimits()
    assert BudgetLimits(caller=DayLimits(cost_usd=1))
    assert list(BudgetLimits(DayLimits(5, 0.5), DayLimits(cost_usd=1)).each()) == [
        ("service", "tokens", 5),
        ("service", "usd", 0.5),
        ("caller", "usd", 1),
    ]


def test_only_limits_of_cost_need_a_price() -> None:
    assert not BudgetLimits(DayLimits(tokens=1), DayLimits(tokens=1)).in_usd
    assert BudgetLimits(DayLimits(cost_usd=1)).in_usd
    assert BudgetLimits(caller=DayLimits(cost_usd=1)).in_usd


def test_a_day_is_one_of_utc() -> None:
    assert (day_of(MIDNIGHT - 1), day_of(MIDNIGHT)) == ("2026-11-27", "2026-11-28")
    assert (seconds_left(MIDNIGHT - 1), seconds_left(MIDNIGHT)) == (1, 86_400)
