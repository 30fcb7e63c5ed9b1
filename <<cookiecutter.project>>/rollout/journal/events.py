"""What a journal is made of."""

from collections.abc import Sequence
from typing import Any

Event = dict[str, Any]
Events = Sequence[Event]
"""A whole journal, or the part of it that has come so far."""


def last_of(events: Events, *names: str) -> Event | None:
    """The newest event of one of these names."""
    return next((event for event in reversed(events) if event["event"] in names), None)
