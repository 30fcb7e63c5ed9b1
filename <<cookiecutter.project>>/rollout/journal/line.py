"""Converts between a line of the journal and an event. A bad line is reported and does not affect the others."""

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
    """An unreadable line; `number` counts from 1. `event` is the name of its event, if that is readable."""

    file: str
    number: int
    why: str
    event: str | None = None

    def __str__(self) -> str:
        return f"{self.file}, line {self.number}: {self.why}"


Entry = Event | BadLine
"""A parsed line of the file."""


def entry(line: bytes, file: str, number: int) -> Entry:
    """The event in a line (without its line end), or a BadLine. Never raises."""
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
    """The event as one line, without a line end."""
    return json.dumps(values(event), ensure_ascii=False)


def values(event: Event) -> dict[str, Any]:
    """An event's fields that were set, `time` and `event` first."""
    rest = event.model_dump(exclude_unset=True, exclude={"time", "event"})
    return {"time": round(event.time, 6), "event": event.event, **rest}


def name(line: bytes) -> str | None:
    """The event's name, read only from the beginning of a line that this program wrote."""
    found = _BEGINNING.match(line)
    return found[1].decode() if found else None


def reason(error: ValidationError) -> str:
    """The first error: `shifted.weight: Input should be a valid number`."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}"


def _finite(number: str) -> float | None:
    """None for a number too large for a float, and for NaN."""
    value = float(number)
    return value if math.isfinite(value) else None
