"""Arithmetic with dates."""

import asyncio

import pytest
from pydantic_ai import ToolFailed

from agent.tools.dates import date_after, days_between


@pytest.mark.parametrize(
    ("start", "end", "result"),
    [
        ("2024-02-28", "2024-03-01", "2 days"),
        ("2026-02-28", "2026-03-01", "1 day"),
        ("2026-03-01", "2026-02-28", "-1 days"),
        ("2026-01-01", "2026-01-01", "0 days"),
    ],
)
def test_days_between_two_dates(start: str, end: str, result: str) -> None:
    assert asyncio.run(days_between(start, end)) == result


@pytest.mark.parametrize(
    ("start", "days", "result"),
    [("2026-12-31", 1, "2027-01-01 (Friday)"), ("2024-03-01", -1, "2024-02-29 (Thursday)")],
)
def test_a_date_some_days_later_or_earlier(start: str, days: int, result: str) -> None:
    assert asyncio.run(date_after(start, days)) == result


@pytest.mark.parametrize("text", ["2026-02-30", "tomorrow", "01.02.2026"])
def test_an_invalid_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ToolFailed, match="is not a date: write it as YYYY-MM-DD, for example 2026-02-28"):
        asyncio.run(days_between("2026-01-01", text))


@pytest.mark.parametrize("days", [10**7, 10**15])
def test_a_date_outside_the_calendar_is_refused(days: int) -> None:
    with pytest.raises(ToolFailed, match="outside the years 1 to 9999"):
        asyncio.run(date_after("2026-01-01", days))
