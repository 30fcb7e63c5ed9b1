"""Arithmetic with calendar dates."""

from datetime import date, timedelta

from pydantic_ai import ToolFailed


async def days_between(start: str, end: str) -> str:
    """Count the days from one date to another; negative when `end` is the earlier one.

    Args:
        start: A date as YYYY-MM-DD.
        end: A date as YYYY-MM-DD.
    """
    count = (_date(end) - _date(start)).days
    return f"{count} day" if count == 1 else f"{count} days"


async def date_after(start: str, days: int) -> str:
    """Find the date some days after another one, and its weekday.

    Args:
        start: A date as YYYY-MM-DD.
        days: How many days later; negative for earlier.
    """
    try:
        found = _date(start) + timedelta(days=days)
    except OverflowError as error:
        raise ToolFailed(f"{days} days after {start} is outside the years 1 to 9999") from error
    return f"{found.isoformat()} ({found:%A})"


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ToolFailed(f"{text!r} is not a date: write it as YYYY-MM-DD, for example 2026-02-28") from error
