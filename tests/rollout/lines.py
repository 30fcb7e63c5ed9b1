"""A journal's lines as JSON objects. Tests use them to check the documented format, not our reader."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rollout.journal import Entry, Story, story_of
from rollout.journal.line import entry

Event = dict[str, Any]


def read(path: Path) -> list[Event]:
    """All complete lines."""
    whole, _, _ = path.read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.split(b"\n") if line]


def last_of(events: Sequence[Event], *names: str) -> Event | None:
    """The newest event with one of these names."""
    return next((event for event in reversed(events) if event["event"] in names), None)


def entries(events: Iterable[Event]) -> list[Entry]:
    """The story that our reader makes of these lines."""
    return [entry(json.dumps(event).encode(), "r.jsonl", number) for number, event in enumerate(events, start=1)]


def story(events: Iterable[Event]) -> Story:
    return story_of(entries(events))
