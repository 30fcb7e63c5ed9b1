"""Orders from people to the running engine."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from rollout.text import one_line

GOES_BACK: Mapping[str, str] = {"abort": "aborted", "rollback": "rolled back", "end": "aborted"}
"""The orders that return the traffic to stable, with the participle for a verdict's reason."""

LARGEST_FILE_BYTES = 64 * 1024
MOST_CHARACTERS = 400
OrderKind = Literal["abort", "promote", "rollback", "end"]
KINDS: Mapping[str, OrderKind] = {kind: kind for kind in get_args(OrderKind)}


@dataclass(frozen=True)
class Order:
    """An order. `end` comes from the system, as a signal."""

    order: OrderKind
    by: str
    reason: str


@dataclass(frozen=True)
class UnknownOrder:
    """A file that is not an order for this version: the engine ignores it, and records that in the journal."""

    why: str


def text(order: Order) -> str:
    """The order as JSON."""
    return json.dumps(asdict(order))


def parsed(content: bytes) -> Order | UnknownOrder:
    """The order in a file. Unknown fields come from a later version and are skipped. Never raises."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        return UnknownOrder(f"not JSON ({error})")
    if not isinstance(found, dict):
        return UnknownOrder(f"not an object, but {type(found).__name__}")
    order, by, reason = found.get("order"), str(found.get("by", "unknown")), str(found.get("reason", ""))
    kind = KINDS.get(str(order))
    if kind is None:
        return UnknownOrder(one_line(f"unknown order {order!r}, by {by}: {reason}")[:MOST_CHARACTERS])
    return Order(kind, by=by, reason=reason)
