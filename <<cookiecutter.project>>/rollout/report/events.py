"""What a journal is made of, as far as a report needs to know."""

import math
from typing import Any

from rollout.errors import NothingThere
from rollout.journal import Event, Events


def beginning(journal: Events) -> Event:
    """The `started` event, which has to be the first; raises NothingThere."""
    first = journal[0] if journal else {}
    if first.get("event") != "started":
        raise NothingThere(
            "the journal's first event should be 'started', "
            f"but {'it is ' + repr(first.get('event')) if journal else 'the journal is empty'}: "
            "choose the journal of another rollout, or read its lines by hand"
        )
    missing = [key for key in ("time", "rollout", "release") if first.get(key) is None]
    if missing:
        raise NothingThere(f"the journal's event 'started' lacks {', '.join(missing)}: was it edited by hand?")
    return first


def newest(journal: Events) -> Event:
    """The last event of an engine; a rehearsal writes more when everything is over."""
    return [event for event in journal if event["event"] not in ("traffic", "unjudged")][-1]


def between(earlier: float, later: float) -> float:
    """Seconds between two times of a journal, which has microseconds: what a subtraction adds to them is noise."""
    return round(later - earlier, 6)


def finite(value: Any) -> float | None:
    """A number that can be drawn and written as JSON; NaN, infinity and None are None."""
    return float(value) if value is not None and math.isfinite(value) else None
