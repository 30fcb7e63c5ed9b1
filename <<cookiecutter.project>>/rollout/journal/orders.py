"""Orders from people to the running engine."""

from dataclasses import dataclass
from typing import Literal

OrderKind = Literal["abort", "promote", "rollback", "end"]


@dataclass(frozen=True)
class Order:
    """An order. `end` comes from the system, as a signal."""

    order: OrderKind
    by: str
    reason: str
