"""A line of the journal's file <-> an event. A line that is none is named, and costs nothing but itself."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rollout.journal.events import Event

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_BEGINNING = re.compile(rb'\{"time": [-+.0-9eE]+, "event": "([a-z_]+)"')


@dataclass(frozen=True)
class BadLine:
    """A line that can't be read; `number` counts from 1. `event` is the name of the event that it was, as far as that
    can be read."""

    file: str
    number: int
    why: str
    event: str | None = None

    def __str__(self) -> str:
        return f"{self.file}, line {self.number}: {self.why}"


Entry = Event | BadLine
"""What a line of the file is read as."""


def entry(line: bytes, file: str, number: int) -> Entry:
    """The event in a line, without its end; or what is wrong with it. Never raises."""
    try:
        data = json.loads(line, parse_float=_finite, parse_constant=lambda _: None)
    except UnicodeDecodeError:
        return BadLine(file, number, "not UTF-8", name(line))
    except (ValueError, RecursionError) as error:
        return BadLine(file, number, f"not JSON ({error})", name(line))
    if not isinstance(data, dict):
        return BadLine(file, number, f"not an object, but {type(data).__name__}")
    try:
        return event_of(data)
    except ValidationError as error:
        found = data.get("event")
        return BadLine(file, number, reason(error), found if isinstance(found, str) else None)


def event_of(data: dict[str, Any]) -> Event:
    """Raises ValidationError."""
    return _EVENT.validate_python(data)


def text(event: Event) -> str:
    """The event as one line, without its end."""
    return json.dumps(values(event), ensure_ascii=False)


def values(event: Event) -> dict[str, Any]:
    """What was set of an event, `time` and `event` first."""
    rest = event.model_dump(exclude_unset=True, exclude={"time", "event"})
    return {"time": round(event.time, 6), "event": event.event, **rest}


def name(line: bytes) -> str | None:
    """The event's name by the line's beginning alone, as this program writes it."""
    found = _BEGINNING.match(line)
    return found[1].decode() if found else None


def reason(error: ValidationError) -> str:
    """The first thing that is wrong: `shifted.weight: Input should be a valid number`."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}"


def _finite(number: str) -> float | None:
    """What no float can hold has no value, as NaN has none."""
    value = float(number)
    return value if math.isfinite(value) else None
