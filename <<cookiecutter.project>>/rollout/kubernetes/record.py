"""What `rollout` writes beside a release, in annotations of the Rollout: the journal's events `started` and `order`.
Argo copies them to the release's ReplicaSet."""

import json
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from rollout.journal.events import OrderGiven, Started
from rollout.journal.line import event_of, text, values

STARTED, ORDERS = "agent-release/started", "agent-release/orders"
MOST_ORDERS = 20
"""All annotations of an object may have 256 KiB together."""


def written_start(event: Started) -> str:
    return text(event)


def written_orders(orders: Sequence[OrderGiven]) -> str:
    return json.dumps([values(order) for order in orders[-MOST_ORDERS:]])


def start_in(annotations: Mapping[str, str]) -> Started | None:
    """None for a release that was applied without `rollout start`, and for a text that can't be read."""
    found = parsed(annotations.get(STARTED, ""))
    return found if isinstance(found, Started) else None


def orders_in(annotations: Mapping[str, str]) -> tuple[OrderGiven, ...]:
    try:
        found = json.loads(annotations.get(ORDERS, "[]"))
    except (ValueError, RecursionError):
        return ()
    events = [parsed(json.dumps(each)) for each in found] if isinstance(found, list) else []
    return tuple(each for each in events if isinstance(each, OrderGiven))


def parsed(line: str) -> object:
    """The event in a line, or None."""
    try:
        return event_of(dict(json.loads(line)))
    except (TypeError, ValueError, RecursionError, ValidationError):
        return None
